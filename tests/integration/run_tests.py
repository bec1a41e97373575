"""Runs every *_test.py beside this file, two files at a time: most tests wait for the binary.

    run_tests.py [NAME_test ...]

Prints what failed and unittest's summary of all; the exit code is 1 if a test failed.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
AT_ONCE = 2
PORTS = 8000  # of each; below those that the system gives out by itself


def run(name, worker):
    command = [sys.executable, "-W", "ignore", "-m", "unittest", name]
    first = 10_000 + worker * PORTS
    env = {**os.environ, "LOGSVC_TEST_PORTS": f"{first}-{first + PORTS - 1}"}
    began = time.monotonic()
    ended = subprocess.run(command, cwd=HERE, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           check=False)
    return name, ended.returncode, ended.stdout.decode(errors="replace"), time.monotonic() - began


def main():
    sources = sorted(HERE.glob("*_test.py"), key=lambda path: -path.stat().st_size)
    names = sys.argv[1:] or [path.stem for path in sources]
    workers = list(range(AT_ONCE))
    began, tests, failed = time.monotonic(), 0, []

    def next_one(name):
        worker = workers.pop()  # there are as many as threads
        try:
            return run(name, worker)
        finally:
            workers.append(worker)

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for done in concurrent.futures.as_completed([pool.submit(next_one, name) for name in names]):
            name, code, output, seconds = done.result()
            ran = re.search(r"^Ran (\d+) test", output, re.MULTILINE)
            count = int(ran.group(1)) if ran else 0
            fine = code == 0 and count > 0  # a file of which nothing ran has failed
            tests += count
            print(f"{name}: {'ok' if fine else 'FAILED'}, {count} tests in {seconds:.0f} s", flush=True)
            if not fine:
                failed.append(name)
                print(output, flush=True)
    print(f"Ran {tests} tests in {time.monotonic() - began:.3f}s\n\n{'FAILED: ' + ' '.join(failed) if failed else 'OK'}")
    return 1 if failed or tests == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
