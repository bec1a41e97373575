"""CPU of the twelve query shapes, warm, over a store of generated services; printed and never asserted.

BENCH_ROLES="admin support" asks as each of these roles, over the same store."""
import base64
import http.client
import json
import os
import subprocess
import sys
import time
import urllib.parse

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
from support import BINARY, Server  # noqa: E402

PUSH = os.path.join(os.path.dirname(BINARY), "tests", "bench", "logsvc_bench_push")
HOUR = 3600 * 10**9


def cpu_ms(pid):
    """Of all threads, to the nanosecond where the kernel tells."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat") as f:
                total += int(f.read().split()[0])
        except OSError:
            pass  # the thread has ended
    return total / 1e6


class Loki:
    def __init__(self, port, headers=None):
        self.port, self.headers = port, headers or {}

    def get(self, path, **parameters):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request("GET", path + "?" + urllib.parse.urlencode(parameters), headers=self.headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path} {parameters}: {answer.status} {body[:300]!r}")
        return json.loads(body)["data"]

    def range(self, query, start, end, **parameters):
        return self.get("/loki/api/v1/query_range", query=query, start=start, end=end, **parameters)["result"]


def span(loki):
    """First and last time of what is stored."""
    now = time.time_ns()
    everything = '{service=~".+"}'
    first = loki.range(everything, now - 365 * 24 * HOUR, now + HOUR, limit=1, direction="forward")
    last = loki.range(everything, now - 365 * 24 * HOUR, now + HOUR, limit=1, direction="backward")
    return int(first[0]["values"][0][0]), int(last[0]["values"][0][0]) + 1


def shapes(loki, start, end):
    """(name, function) of each query. What is looked for comes out of the data."""
    everything = '{service=~".+"}'
    hour, day = max(start, end - HOUR), max(start, end - 24 * HOUR)
    middle = loki.range(everything, (start + end) // 2, end, limit=1, direction="forward")[0]
    service = middle["stream"]["service"]
    line = middle["values"][0][1]
    words = sorted((w for w in line.replace('"', " ").replace(",", " ").split() if w.isascii()), key=len)
    once, inside = words[-1], words[-1][len(words[-1]) // 3:][:9]
    text = lambda s: json.dumps(s)  # noqa: E731
    logs = lambda query, begin, **p: (lambda: loki.range(query, begin, end, **p))  # noqa: E731
    step = lambda query, begin, seconds: (lambda: loki.range(query, begin, end, step=seconds))  # noqa: E731
    return [
        ("last 100 of a service, 1 h", logs(f'{{service="{service}"}}', hour, limit=100)),
        ("a token of one line", logs(f"{everything} |= {text(once)}", start, limit=1000)),
        ("user_id_12", logs(f"{everything} |= `user_id_12`", start, limit=1000, direction="forward")),
        ("absent token", logs(f"{everything} |= `ord_0000deadbeef0000`", start, limit=1000)),
        ("inside a token", logs(f"{everything} |= {text(inside)}", start, limit=1000)),
        ("last 1000 errors", logs('{level="error"}', start, limit=1000)),
        ("rate by service, 24 h, 1 m", step(f"sum by (service) (rate({everything}[5m]))", day, 60)),
        ("count by level, all, 1 h", step(f"sum by (level) (count_over_time({everything}[1h]))", start, 3600)),
        ("json, a field >= 500, last 100", logs(f'{{service="{service}"}} | json | __error__="" | latencyMs >= 500', start, limit=100)),
        ("p99 of a field, 6 h, 5 m", step(f'quantile_over_time(0.99, {{service="{service}"}} | json | unwrap latencyMs | __error__="" [5m]) by (service)', max(start, end - 6 * HOUR), 300)),
        ("regexp count, 24 h", lambda: loki.get("/loki/api/v1/query", query=f"sum(count_over_time({everything} |~ `user_id_1[0-9]{{3}} .*failed|timeout of [0-9]+ms` [24h]))", time=end)),
        ("values of a label", lambda: loki.get("/loki/api/v1/label/service/values", start=start, end=end)),
    ]


def bearer(server, admin, role):
    body = json.dumps({"name": role, "role": role})
    status, text, _ = server.request("POST", "/api/tokens", body, {**admin, "Content-Type": "application/json"})
    if status // 100 != 2:
        raise RuntimeError(f"no token: {status} {text}")
    return {"Authorization": "Bearer " + json.loads(text)["token"]}


def measure(server, loki, start, end):
    for name, ask in shapes(loki, start, end):
        ask()
        before, begun, runs = cpu_ms(server.process.pid), time.monotonic(), 0
        while runs < 100 and (runs < 5 or time.monotonic() - begun < 1):
            ask()
            runs += 1
        wall = (time.monotonic() - begun) * 1e3 / runs
        print(f"{name:34} {(cpu_ms(server.process.pid) - before) / runs:8.2f} CPU {wall:8.2f} wall")


def main():
    megabytes = int(os.environ.get("BENCH_MB", "300"))
    roles = os.environ.get("BENCH_ROLES", "").split()
    admin = {"Authorization": "Basic " + base64.b64encode(b"admin:bench-bench").decode()} if roles else {}
    server = (Server("--auth", "password", "--retention", "0", env={"LOGSVC_ADMIN_PASSWORD": "bench-bench"}) if roles
              else Server("--auth", "off", "--retention", "0"))
    subprocess.run([PUSH, f"http://127.0.0.1:{server.port}", str(megabytes)], capture_output=True, check=True)
    server.request("POST", "/flush", headers=admin)
    loki = Loki(server.port, admin)
    start, end = span(loki)
    print(f"{os.cpu_count()} cores, {megabytes} MB over {(end - start) / HOUR:.1f} h; warm, milliseconds a query")
    for role in roles:
        print(role)
        measure(server, Loki(server.port, bearer(server, admin, role)), start, end)
    if not roles:
        measure(server, loki, start, end)
    server.close()


if __name__ == "__main__":
    main()
