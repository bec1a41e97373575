#!/usr/bin/env python3
"""web/dist → one C++ file with every page file, gzip-compressed. Usage: embed_web.py DIST OUT.cc"""
import gzip
import hashlib
import os
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".png": "image/png",
}

# A page file is one string longer than the 65,536 bytes that the standard asks of every compiler; GCC and
# Clang take far more, and clang's -Wpedantic says so.
LONG_STRINGS = '#pragma GCC diagnostic ignored "-Woverlength-strings"\n\n'


def page_files(dist):
    for folder, _, names in sorted(os.walk(dist)):
        for name in sorted(names):
            full = os.path.join(folder, name)
            yield "/" + os.path.relpath(full, dist), full


def c_string(data):
    """Bytes as string literals, an octal escape each, in lines a compiler can take."""
    lines = []
    for i in range(0, len(data), 64):
        lines.append('"' + "".join(f"\\{b:03o}" for b in data[i : i + 64]) + '"')
    return "\n    ".join(lines) or '""'


def main():
    dist, out = sys.argv[1], sys.argv[2]
    parts = ['#include "server/transport/static_files.h"\n\n', LONG_STRINGS, "namespace logsvc::server {\nnamespace {\n"]
    rows = []
    for n, (path, full) in enumerate(page_files(dist)):
        raw = open(full, "rb").read()
        packed = gzip.compress(raw, 9, mtime=0)
        kind = TYPES.get(os.path.splitext(path)[1], "application/octet-stream")
        tag = hashlib.sha256(raw).hexdigest()[:16]
        parts.append(f"constexpr char kFile{n}[] =\n    {c_string(packed)};\n")
        rows.append(f'      {{"{path}", "{kind}", "\\"{tag}\\"", {{kFile{n}, {len(packed)}}}}},\n')
    parts.append("}  // namespace\n\nconst std::vector<EmbeddedFile>& embedded_files() {\n")
    parts.append("  static const std::vector<EmbeddedFile> kFiles = {\n" + "".join(rows) + "  };\n")
    parts.append("  return kFiles;\n}\n\n}  // namespace logsvc::server\n")
    text = "".join(parts)
    if os.path.exists(out) and open(out).read() == text:
        return
    with open(out, "w") as f:
        f.write(text)


if __name__ == "__main__":
    main()
