#!/usr/bin/env python3
"""Runs the recorded cases of Promtail against logsvc agent; what ctest runs.

Passes if every case passes but those that README.md lists as differences, and these fail.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.environ["LOGSVC_BIN"]


def listed_differences():
    with open(os.path.join(HERE, "README.md"), encoding="utf-8") as page:
        return set(re.findall(r"^\| ([a-z_-]+) \| ([^|]+?) \|", page.read(), re.M))


def failed_cases(output):
    """(group, name) of the cases that run.py reports."""
    out, group = set(), ""
    for line in output.splitlines():
        head = re.match(r"^([a-z_-]+) +\d+ passed, \d+ failed", line)
        if head:
            group = head.group(1)
        elif line.startswith("  FAIL "):
            out.add((group, line[len("  FAIL "):].strip()))
    return out


def main():
    agent = BINARY + " agent --config {config} --data-dir {dir}/data --docker unix:///nonexistent"
    environment = {k: v for k, v in os.environ.items() if k not in ("LOKI_URL", "LOGSVC_PUSH")}
    done = subprocess.run([sys.executable, os.path.join(HERE, "run.py"), "--agent", agent, "--verbose"],
                          capture_output=True, text=True, timeout=900, env=environment)
    print(done.stdout, done.stderr)
    differences = listed_differences() - {("group", "case")}
    failed = failed_cases(done.stdout)
    for case in sorted(failed - differences):
        print("failed:", *case)
    for case in sorted(differences - failed):
        print("listed as a difference, but passes:", *case)
    return 0 if failed == differences and "passed" in done.stdout else 1


if __name__ == "__main__":
    sys.exit(main())
