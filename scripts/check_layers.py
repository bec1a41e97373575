#!/usr/bin/env python3
"""Holds the arrows between folders against their tables.

C++: every `#include "room/…"` in lib/ against the table "May include" of lib/README.md, and third-party
headers against the rooms that may use them. Page: imports between the folders of web/src go one way.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Third-party headers live in few rooms: swapping one touches these and no other.
THIRD_PARTY = {
    "sqlite3.h": {"store"},
    "zstd.h": {"store", "server"},
    "httplib.h": {"http"},
    "wslay/wslay.h": {"server", "net"},
    "re2/re2.h": {"model", "extract", "gotext", "logql"},
    "simdjson.h": {"extract", "wire"},
    "nlohmann/json.hpp": {"wire", "server", "agent", "client", "insight"},
    "protozero/pbf_reader.hpp": {"wire"},
    "protozero/pbf_writer.hpp": {"wire"},
    "snappy.h": {"wire", "store"},
    "yaml-cpp/yaml.h": {"config"},
    "yaml-cpp/eventhandler.h": {"config"},
    "xxhash.h": {"base"},
    "openssl/evp.h": {"gotext", "server", "agent"},
    "sodium.h": {"server"},
    "CLI/CLI.hpp": set(),
    "zlib.h": {"server", "agent", "net"},
    "bzlib.h": {"agent"},
    "openssl/ssl.h": {"net"},
}
WEB_ORDER = ["base", "i18n", "model", "api", "state", "views", "pages"]


def table():
    """room → rooms it may include, from lib/README.md."""
    allowed = {}
    for line in open(os.path.join(ROOT, "lib", "README.md"), encoding="utf-8"):
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        match = re.fullmatch(r"`(\w+)/`", cells[0]) if len(cells) == 3 else None
        if match:
            allowed[match.group(1)] = set(re.findall(r"\w+", cells[2]))
    return allowed


def files(folder, endings):
    for where, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if f not in ("node_modules", "dist")]
        for name in sorted(names):
            if name.endswith(endings):
                yield os.path.join(where, name)


def check_rooms(problems):
    allowed = table()
    lib = os.path.join(ROOT, "lib")
    for room in sorted(os.listdir(lib)):
        if not os.path.isdir(os.path.join(lib, room)):
            continue
        if room not in allowed:
            problems.append(f"lib/{room}/: not in the table of lib/README.md")
            continue
        for path in files(os.path.join(lib, room), (".h", ".cc")):
            shown = os.path.relpath(path, ROOT)
            for number, line in enumerate(open(path, encoding="utf-8"), 1):
                own = re.match(r'#include "(\w+)/', line)
                if own and own.group(1) != room and own.group(1) not in allowed[room]:
                    problems.append(f"{shown}:{number}: {room} may not include {own.group(1)}")
                other = re.match(r"#include <([^>]+)>", line)
                if other and room not in THIRD_PARTY.get(other.group(1), {room}):
                    problems.append(f"{shown}:{number}: {other.group(1)} is not for {room}")


def check_web(problems):
    src = os.path.join(ROOT, "web", "src")
    for path in files(src, (".ts", ".svelte")):
        layer = os.path.relpath(path, src).split(os.sep)[0]
        if layer not in WEB_ORDER:
            continue
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            found = re.search(r"""from ['"](?:\.\./)+(\w+)/""", line)
            if found and found.group(1) in WEB_ORDER:
                if WEB_ORDER.index(found.group(1)) > WEB_ORDER.index(layer):
                    problems.append(f"{os.path.relpath(path, ROOT)}:{number}: {layer} may not import {found.group(1)}")


def main():
    problems = []
    check_rooms(problems)
    check_web(problems)
    for problem in problems:
        print(problem)
    print("layers: " + ("fine" if not problems else f"{len(problems)} arrows the wrong way"))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
