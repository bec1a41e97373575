"""Pushes beside 100 greedy queries and 200 viewers who read nothing: viewers are shed first, then queries, never pushes.
Prints p50 and p99 of a push while idle and under the load, and their ratio; the goal is a p99 below 3 times the idle one.

  LOGSVC_BIN=… python3 tests/bench/overload.py        SECONDS, QUERIES, VIEWERS and ROUNDS set the run

Who makes the load has the lowest priority, so that it does not measure itself: it shares the cores with the server.
"""
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from support import Server, Tail  # noqa: E402

SECONDS = int(os.environ.get("SECONDS", "20"))
QUERIES = int(os.environ.get("QUERIES", "100"))
VIEWERS = int(os.environ.get("VIEWERS", "200"))
ROUNDS = int(os.environ.get("ROUNDS", "1"))
LINES = 125_000
SECOND = 10**9
# The first keeps a processor busy, the others hold what memory they get, or read all there is.
GREEDY = [
    'sum by (level) (count_over_time({job="docker"} | regexp `"level":"(?P<level>[a-z]+)".*"durationMs":(?P<d>[0-9]+)` [1h]))',
    'sum by (userId, durationMs) (count_over_time({job="docker"} | json [1h]))',
    'count_over_time({job="docker"} | label_format a=`{{__line__}}` [1h])',
    'quantile_over_time(0.99, {job="docker"} | json | unwrap durationMs [1h]) by (userId)',
]


def load(port):
    """The load, in a process of its own: prints a line when it is there, and answers by status when it is told to end."""
    os.nice(19)

    class Where:
        @staticmethod
        def connect():
            return socket.create_connection(("127.0.0.1", port), timeout=30)

    viewers = [Tail(Where, '{job="probe"}', path) for path in ["/api/live", "/loki/api/v1/tail"] * (VIEWERS // 2)]
    counts, ending, lock = {}, threading.Event(), threading.Lock()

    def ask(number):
        while not ending.is_set():
            query = GREEDY[number % len(GREEDY)]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            try:
                connection.request("GET", "/loki/api/v1/query?" + urllib.parse.urlencode({"query": query}))
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                status = "broken"
            finally:
                connection.close()
            with lock:
                counts[status] = counts.get(status, 0) + 1
            if status in (429, 503):
                ending.wait(0.5)

    for number in range(QUERIES):
        threading.Thread(target=ask, args=(number,), daemon=True).start()
    print(sum(v.status == 101 for v in viewers), flush=True)
    sys.stdin.readline()
    ending.set()
    with lock:
        print(json.dumps(counts), flush=True)
    os._exit(0)


def push_for(server, seconds):
    """Milliseconds that each push took: 20 lines over a connection of its own, as they come from many hosts."""
    times, end, n = [], time.time() + seconds, 0
    while time.time() < end:
        now = time.time_ns()
        begun = time.perf_counter()
        status, body, _ = server.push(({"job": "probe"}, [(now + i, f"probe {n} {i} {'x' * 300}") for i in range(20)]))
        times.append((time.perf_counter() - begun) * 1000)
        assert status == 204, (status, body)
        n += 1
        time.sleep(0.01)
    return sorted(times)


def percentile(times, share):
    return times[min(len(times) - 1, int(len(times) * share))]


def memory_mb(server, name):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(re.search(name + r":\s+(\d+)", status.read()).group(1)) // 1024


def shown(name, times):
    print(f"{name}: push p50 {percentile(times, .5):.1f} ms, p99 {percentile(times, .99):.1f} ms, most {times[-1]:.1f} ms of {len(times)}", flush=True)


def one_round(server):
    idle = push_for(server, SECONDS)
    shown("idle  ", idle)
    process = subprocess.Popen([sys.executable, __file__, "load", str(server.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    viewers = process.stdout.readline().strip()
    time.sleep(2)
    loaded = push_for(server, SECONDS)
    process.stdin.write("\n")
    process.stdin.flush()
    answers = json.loads(process.stdout.readline())
    process.wait()
    shown("loaded", loaded)
    print(f"        {QUERIES} queries at once: {', '.join(f'{n} × {status}' for status, n in sorted(answers.items()))}; {viewers} viewers;"
          f" peak {memory_mb(server, 'VmHWM')} MB")
    print(f"ratio : p50 {percentile(loaded, .5) / percentile(idle, .5):.2f}, p99 {percentile(loaded, .99) / percentile(idle, .99):.2f}", flush=True)


def main():
    server = Server("--auth", "off", *sys.argv[1:])
    try:
        base = time.time_ns() - 1800 * SECOND
        for start in range(0, LINES, 2500):
            lines = [(base + i * 1000, f'{{"level":"info","userId":"user_{i}","durationMs":{i},"msg":"paid {"x" * 200}"}}')
                     for i in range(start, start + 2500)]
            assert server.push(({"job": "docker"}, lines))[0] == 204
        server.request("POST", "/flush")
        for _ in range(ROUNDS):
            one_round(server)
        for line in server.get("/metrics")[1].splitlines():
            if line.startswith(("logsvc_tail_shed", "logsvc_tail_memory", "logsvc_query_rejected")):
                print("       ", line)
    finally:
        server.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        load(int(sys.argv[2]))
    else:
        main()
