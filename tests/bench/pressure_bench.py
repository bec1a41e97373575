"""Pushes beside queries that want all there is: p50 and p99 of pushes while idle and under 100 CPU-bound queries, and what
30 queries that hold much take of memory. Printed and never asserted.

  LOGSVC_BIN=… python3 tests/bench/pressure_bench.py
"""
import os
import re
import sys
import threading
import time
import urllib.parse

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
from support import Server  # noqa: E402

SECOND = 10**9
LINES = 125_000
CPU_BOUND = 'sum by (level) (count_over_time({job="docker"} | regexp `"level":"(?P<level>[a-z]+)".*"durationMs":(?P<d>[0-9]+)` [1h]))'
GREEDY = {
    "sum by (userId, durationMs)": 'sum by (userId, durationMs) (count_over_time({job="docker"} | json [1h]))',
    "label_format of whole lines": 'count_over_time({job="docker"} | label_format a=`{{__line__}}` [14d])',
}


def memory_mb(server, name):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(re.search(name + r":\s+(\d+)", status.read()).group(1)) / 1024


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def push_for(server, seconds, base):
    times, end, n = [], time.time() + seconds, 0
    while time.time() < end or len(times) < 50:
        lines = [(base + n * 1000 + i, f"probe {n} {i}") for i in range(20)]
        begun = time.perf_counter()
        assert server.push(({"job": "probe"}, lines))[0] == 204
        times.append(time.perf_counter() - begun)
        n += 1
        time.sleep(0.01)
    return times


def ask_all(server, query, n, now):
    """Statuses of n parallel queries, as a running batch."""
    answers = []
    path = "/loki/api/v1/query?" + urllib.parse.urlencode({"query": query, "time": now})

    def ask():
        status, body, _ = server.get(path, timeout=600)
        answers.append((status, body[:120]))

    threads = [threading.Thread(target=ask) for _ in range(n)]
    for thread in threads:
        thread.start()
    return threads, answers


def summary(answers):
    counts = {}
    for status, _ in answers:
        counts[status] = counts.get(status, 0) + 1
    return ", ".join(f"{n} × {status}" for status, n in sorted(counts.items()))


def main():
    server = Server("--auth", "off", *sys.argv[1:])
    try:
        now = time.time_ns()
        base = now - 1800 * SECOND
        for start in range(0, LINES, 2500):
            lines = [(base + i * 1000, f'{{"level":"info","userId":"user_{i}","durationMs":{i % 2003},"msg":"paid {"x" * 200}"}}')
                     for i in range(start, start + 2500)]
            assert server.push(({"job": "docker"}, lines))[0] == 204
        server.request("POST", "/flush")
        idle = push_for(server, 5, base)
        print(f"idle:    push p50 {percentile(idle, .5):.1f} ms, p99 {percentile(idle, .99):.1f} ms; RSS {memory_mb(server, 'VmRSS'):.0f} MB")
        threads, answers = ask_all(server, CPU_BOUND, 100, now)
        begun, busy = time.time(), []
        while any(t.is_alive() for t in threads):
            busy += push_for(server, 1, base)
        print(f"100 CPU-bound queries: push p50 {percentile(busy, .5):.1f} ms, p99 {percentile(busy, .99):.1f} ms of {len(busy)};"
              f" {summary(answers)} in {time.time() - begun:.1f} s; RSS {memory_mb(server, 'VmRSS'):.0f} MB")
        for name, query in GREEDY.items():
            threads, answers = ask_all(server, query, 30, now)
            for thread in threads:
                thread.join()
            peak, then = memory_mb(server, "VmHWM"), memory_mb(server, "VmRSS")
            time.sleep(5)
            print(f"30 × {name}: {summary(answers)}; peak {peak:.0f} MB, at the end {then:.0f} MB, 5 s later {memory_mb(server, 'VmRSS'):.0f} MB")
            print("    " + answers[-1][1].strip())
    finally:
        server.close()


if __name__ == "__main__":
    main()
