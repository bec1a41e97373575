#!/usr/bin/env python3
"""Holds the arrows between folders against their tables.

C++: every `#include "room/…"` in lib/ against the table "May include" of lib/README.md; folders inside a
room include each other one way; third-party headers only in the rooms that may use them, and in none if
they are not listed. Page: imports between the folders of web/src go one way.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Third-party headers live in few rooms: swapping one touches these and no other. What is not listed, and
# is no header of the language or the system, is for nobody. "apps" is apps/.
THIRD_PARTY = {
    "sqlite3.h": {"store"},
    "zstd.h": {"store", "server", "http"},
    "httplib.h": {"http"},
    "wslay/wslay.h": {"server", "net"},
    "re2/re2.h": {"regex", "model", "gotext"},
    "simdjson.h": {"wire"},
    "nlohmann/json.hpp": {"server", "agent", "client", "insight"},
    "nlohmann/json_fwd.hpp": {"server"},
    "protozero/pbf_reader.hpp": {"wire"},
    "protozero/pbf_writer.hpp": {"wire"},
    "snappy.h": {"wire", "store"},
    "yaml-cpp/yaml.h": {"config"},
    "yaml-cpp/eventhandler.h": {"config"},
    "xxhash.h": {"base"},
    "openssl/bio.h": {"tls"},
    "openssl/bn.h": {"server"},
    "openssl/ec.h": {"server"},
    "openssl/err.h": {"net", "http", "tls", "server"},
    "openssl/evp.h": {"gotext", "server", "agent", "tls"},
    "openssl/params.h": {"server"},
    "openssl/pem.h": {"tls"},
    "openssl/rand.h": {"net", "tls"},
    "openssl/rsa.h": {"server"},
    "openssl/sha.h": {"net"},
    "openssl/ssl.h": {"tls"},
    "openssl/x509v3.h": {"tls"},
    "sodium.h": {"server"},
    "CLI/CLI.hpp": {"apps"},
    "zlib.h": {"server", "agent", "http", "net"},
    "bzlib.h": {"agent"},
    "maxminddb.h": {"agent"},
}
# Headers of C and of the system; those of C++ have no ending.
SYSTEM = re.compile(
    r"(sys|netinet|arpa|linux)/\w+\.h|(dirent|dlfcn|emmintrin|fcntl|iconv|ifaddrs|locale|malloc|netdb|poll|pthread|strings|unistd)\.h"
)
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


def lines_of(folder):
    """(path as shown, line number, line) of every C++ file."""
    for path in files(folder, (".h", ".cc")):
        shown = os.path.relpath(path, ROOT)
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            yield shown, number, line


def check_third_party(problems, room, shown, number, line):
    header = re.match(r"#include <([^>]+)>", line)
    if not header or "." not in header.group(1) or SYSTEM.fullmatch(header.group(1)):
        return
    if room not in THIRD_PARTY.get(header.group(1), set()):
        problems.append(f"{shown}:{number}: {header.group(1)} is not for {room}")


def check_rooms(problems):
    allowed = table()
    lib = os.path.join(ROOT, "lib")
    for room in sorted(os.listdir(lib)):
        if not os.path.isdir(os.path.join(lib, room)):
            continue
        if room not in allowed:
            problems.append(f"lib/{room}/: not in the table of lib/README.md")
            continue
        for shown, number, line in lines_of(os.path.join(lib, room)):
            own = re.match(r'#include "(\w+)/', line)
            if own and own.group(1) != room and own.group(1) not in allowed[room]:
                problems.append(f"{shown}:{number}: {room} may not include {own.group(1)}")
            check_third_party(problems, room, shown, number, line)
    for shown, number, line in lines_of(os.path.join(ROOT, "apps")):
        check_third_party(problems, "apps", shown, number, line)


def folder_arrows():
    """folder of lib/ → folders that its files include."""
    arrows = {}
    for shown, _, line in lines_of(os.path.join(ROOT, "lib")):
        folder = os.path.relpath(os.path.dirname(shown), "lib")
        include = re.match(r'#include "([^"]+)/[^/"]+"', line)
        if include and include.group(1) != folder:
            arrows.setdefault(folder, set()).add(include.group(1))
    return arrows


def check_circles(problems):
    """Folders that reach each other; rooms cannot, by their table."""
    arrows = folder_arrows()

    def reached(start):
        seen, todo = set(), list(arrows.get(start, ()))
        while todo:
            folder = todo.pop()
            if folder not in seen:
                seen.add(folder)
                todo.extend(arrows.get(folder, ()))
        return seen

    found = set()
    for folder in arrows:
        circle = {folder} | {other for other in reached(folder) if folder in reached(other)}
        if len(circle) > 1:
            found.add(frozenset(circle))
    for circle in sorted(found, key=sorted):
        problems.append(f"lib/: folders that include each other: {', '.join(sorted(circle))}")


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
    check_circles(problems)
    check_web(problems)
    for problem in problems:
        print(problem)
    print("layers: " + ("fine" if not problems else f"{len(problems)} arrows the wrong way"))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
