#!/usr/bin/env python3
"""Starts logsvc and runs the recorded corpus against it; what ctest runs.

Passes if every case passes but those that README.md lists as differences.
"""
import concurrent.futures
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))
sys.dont_write_bytecode = True

import run  # noqa: E402
from support import Server  # noqa: E402

SETTINGS = ("--auth", "off", "--retention", "0", "--max-label-names", "15")


def listed_differences():
    with open(os.path.join(HERE, "README.md"), encoding="utf-8") as page:
        return set(re.findall(r"^\| `([a-z-]+-\d+)` \|", page.read(), re.M))


def check_corpus():
    """(number passed, outcomes that count as failures, listed differences that are none)"""
    server = Server(*SETTINGS)
    try:
        client = run.Client(f"http://127.0.0.1:{server.port}")
        run.push_data(client, HERE)
        run.wait_until_queryable(client, HERE)
        outcomes = run.run_cases(client, run.load_cases(HERE), workers=8)
    finally:
        server.close()
    differences = listed_differences()
    failed = [o for o in outcomes if not o.passed and o.case["name"] not in differences]
    healed = [o.case["name"] for o in outcomes if o.passed and o.case["name"] in differences]
    return sum(o.passed for o in outcomes), failed, healed


def check_tail():
    server = Server(*SETTINGS)
    try:
        done = subprocess.run([sys.executable, os.path.join(HERE, "tail.py"), "--url", f"http://127.0.0.1:{server.port}"],
                              capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout
    finally:
        server.close()


def main():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        tail = pool.submit(check_tail)
        passed, failed, healed = check_corpus()
        tail_code, tail_text = tail.result()
    for outcome in failed[:50]:
        print(f"FAIL {outcome.case['name']}\n     {run.describe(outcome.case)}\n     {outcome.reason}")
    for name in healed:
        print(f"{name} passes: take it off the list in README.md")
    if tail_code:
        print(tail_text)
    print(f"corpus: {passed} passed, {len(failed)} failed, {len(listed_differences())} deliberate differences; "
          f"live tail: {tail_text.strip().splitlines()[-1]}")
    return 1 if failed or healed or tail_code else 0


if __name__ == "__main__":
    sys.exit(main())
