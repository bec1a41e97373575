"""Many queries at once: turns, a common budget of memory, and an end as soon as somebody asks for it."""
import concurrent.futures
import http.client
import json
import os
import re
import socket
import time
import unittest
import urllib.parse

from support import Server

SECOND = 10**9
# Each of the line's letters is a match for which the rest of the line is looked through: 15 minutes a line.
ENDLESS = '{app="x"} | line_format `{{ regexReplaceAll "a.*b|a" __line__ "c" }}`'
SLOW_PATHS = {
    "query_range": ("/loki/api/v1/query_range", ENDLESS, {}),
    "query": ("/loki/api/v1/query", f"sum(bytes_over_time({ENDLESS} [1h]))", {}),
    "legacy": ("/api/prom/query", ENDLESS, {}),
    "detected_fields": ("/loki/api/v1/detected_fields", ENDLESS, {}),
    "export": ("/api/export", ENDLESS, {}),
}


class Pressure(unittest.TestCase):
    def start(self, *options):
        server = Server("--auth", "off", "--retention", "0", "--query-timeout", "1h", *options)
        self.addCleanup(server.close)
        self.base = (time.time_ns() // SECOND - 600) * SECOND
        return server

    def push_long_lines(self, server):
        for i in range(4):
            self.assertEqual(server.push(({"app": "x"}, [(self.base + i * SECOND, "a" * 900_000)]))[0], 204)

    def url(self, path, query, **more):
        times = {"start": self.base, "end": self.base + 3600 * SECOND, "time": self.base + 600 * SECOND}
        return path + "?" + urllib.parse.urlencode({"query": query, **times, **more})

    def send(self, server, path, query, **more):
        client = socket.create_connection(("127.0.0.1", server.port))
        client.sendall(f"GET {self.url(path, query, **more)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return client

    def wait_for(self, server, pattern):
        deadline = time.time() + 60
        while not re.search(pattern, server.get("/metrics")[1]):
            self.assertLess(time.time(), deadline, f"{pattern} does not come")
            time.sleep(0.05)


class Turns(Pressure):
    def test_more_than_may_wait_are_told_so(self):
        server = self.start("--max-concurrent-queries", "1", "--query-queue", "1")
        self.push_long_lines(server)
        with self.send(server, "/loki/api/v1/query_range", ENDLESS):
            self.wait_for(server, r"logsvc_queries_running 1\n")
            with self.send(server, "/loki/api/v1/query_range", ENDLESS):
                self.wait_for(server, r"logsvc_queries_waiting 1\n")
                status, body, headers = server.get(self.url("/loki/api/v1/query_range", ENDLESS))
                self.assertEqual((status, headers.get("Retry-After")), (429, "5"))
                self.assertIn("too many outstanding requests", body)
                self.wait_for(server, r"logsvc_query_rejected_total 1\n")
                # Nobody else waits for them: pushes are taken, and what the page shows beside queries is answered.
                self.assertEqual(server.push(({"app": "y"}, [(self.base, "line")]))[0], 204)
                self.assertEqual(server.get("/loki/api/v1/labels")[0], 200)
        self.wait_for(server, r"logsvc_queries_running 0\n")
        self.assertEqual([line for _, line in server.lines('{app="y"}')], ["line"])


class Memory(Pressure):
    def test_all_together_stay_within_the_budget(self):
        server = self.start("--query-memory", "48MB", "--max-concurrent-queries", "8")
        for part in range(10):
            lines = [(self.base + (part * 2000 + i) * 1000, f'{{"userId":"u{part * 2000 + i}","durationMs":{i % 977},"pad":"{"p" * 300}"}}')
                     for i in range(2000)]
            self.assertEqual(server.push(({"app": "x"}, lines))[0], 204)
        queries = ['count(sum by (userId, durationMs) (count_over_time({app="x"} | json [1h])))',
                   'count(count_over_time({app="x"} | label_format a=`{{__line__}}` [1h]))'] * 10
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda q: server.get(self.url("/loki/api/v1/query", q), timeout=300), queries))
        for status, body, _ in answers:
            self.assertIn(status, (200, 400, 429), body[:300])
            if status == 200:
                self.assertEqual(json.loads(body)["data"]["result"][0]["value"][1], "20000")
            if status == 429:
                self.assertIn("--query-memory", body)
            if status == 400:
                self.assertIn("would hold more than 48 MiB", body)
        # The budget is there again, and one that fits is answered.
        self.wait_for(server, r"logsvc_query_memory_bytes 0\n")
        status, body, _ = server.get(self.url("/loki/api/v1/query", 'sum(count_over_time({app="x"}[1h]))'))
        self.assertEqual((status, json.loads(body)["data"]["result"][0]["value"][1]), (200, "20000"))


class Shapes(Pressure):
    """Whatever builds series, labels or lines takes its memory from the budget while it builds, and gives it back."""
    BUDGET = 32
    AT_ONCE = 12
    JSON = '{app="x"} | json'
    INSTANT = {
        "sum by": f"sum by (userId, durationMs) (count_over_time({JSON} [1h]))",
        "quantile_over_time": f"quantile_over_time(0.99, {JSON} | unwrap durationMs [1h]) by (userId)",
        "last_over_time": f"last_over_time({JSON} | unwrap durationMs [1h]) by (userId)",
        "topk": f"topk(10, sum by (userId, durationMs) (count_over_time({JSON} [1h])))",
        "sort": f"sort_desc(sum by (userId) (count_over_time({JSON} [1h])))",
        "label_replace": f'label_replace(sum by (userId) (count_over_time({JSON} [1h])), "to", "$1$1$1$1$1$1", "userId", "(.*)")',
        "division": f"sum by (userId) (count_over_time({JSON} [1h])) / sum by (userId) (count_over_time({JSON} [1h]))",
        "and": f"sum by (userId) (count_over_time({JSON} [1h])) and sum by (userId) (count_over_time({JSON} [1h]))",
        "all labels": f"count_over_time({JSON} [1h])",
        "line as label": 'count_over_time({app="x"} | label_format a=`{{__line__}}{{__line__}}` [1h])',
    }
    LOG = {
        "json": JSON,
        "line_format": JSON + ' | line_format `{{ repeat 5000 "x" }}{{ .userId }}`',
        "label_format": JSON + ' | label_format a=`{{ repeat 500 "x" }}{{ .userId }}`',
    }

    def memory_mb(self, server, name):
        with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
            return int(re.search(name + r":\s+(\d+)", status.read()).group(1)) >> 10

    def answer(self, server, url):
        try:
            return server.get(url, timeout=300)
        except http.client.IncompleteRead:  # an export that ends early does not look complete
            return 200, "", {}

    def requests(self):
        for name, query in self.INSTANT.items():
            yield name, self.url("/loki/api/v1/query", query)
        yield "range", self.url("/loki/api/v1/query_range", self.INSTANT["sum by"], step=60)
        for name, query in self.LOG.items():
            yield name, self.url("/loki/api/v1/query_range", query, limit=5000)
        yield "detected_fields", self.url("/loki/api/v1/detected_fields", '{app="x"}', line_limit=5000)
        yield "patterns", self.url("/loki/api/v1/patterns", '{app="x"}')
        yield "export", self.url("/api/export", '{app="x"}')
        yield "series", self.url("/loki/api/v1/series", "", **{"match[]": '{id=~".+"}'})
        yield "label values", self.url("/loki/api/v1/label/id/values", '{app="many"}')
        yield "volume", self.url("/loki/api/v1/index/volume", '{app="many"}', targetLabels="id", limit=20000)
        yield "volume_range", self.url("/loki/api/v1/index/volume_range", '{app="many"}', targetLabels="id", limit=20000, step=60)
        yield "detected_labels", self.url("/loki/api/v1/detected_labels", '{app="many"}')

    def test_many_of_each_at_once_stay_within_the_budget_and_give_it_back(self):
        server = self.start("--query-memory", f"{self.BUDGET}MB", "--max-concurrent-queries", "16", "--max-series", "100000",
                            "--volume-max-series", "20000", "--max-label-values", "0")
        for first in range(0, 20_000, 2000):
            lines = [(self.base + i * 1000, f'{{"userId":"user_{i}","durationMs":{i},"pad":"{"p" * 200}"}}') for i in range(first, first + 2000)]
            self.assertEqual(server.push(({"app": "x"}, lines))[0], 204)
        for first in range(0, 10_000, 1000):
            streams = [({"app": "many", "id": f"id_{i}"}, [(self.base + i, "line")]) for i in range(first, first + 1000)]
            self.assertEqual(server.push(*streams)[0], 204)
        self.assertEqual(server.request("POST", "/flush", timeout=60)[0], 204)
        # What else a server holds, and what was freed by queries that run no more and not yet given back (64 MB).
        fixed = self.memory_mb(server, "VmRSS") + 64 + 24
        for name, url in self.requests():
            with self.subTest(name):
                with open(f"/proc/{server.process.pid}/clear_refs", "w", encoding="ascii") as peak:
                    peak.write("5")
                with concurrent.futures.ThreadPoolExecutor(self.AT_ONCE) as pool:
                    answers = list(pool.map(lambda _, to=url: self.answer(server, to), range(self.AT_ONCE)))
                for status, body, _ in answers:
                    self.assertIn(status, (200, 400, 429), body[:300])
                    if status == 429:
                        self.assertIn(f"all running queries together would hold more than {self.BUDGET} MiB (--query-memory)", body)
                    if status == 400:
                        self.assertIn(f"would hold more than {self.BUDGET} MiB", body)
                self.wait_for(server, r"logsvc_query_memory_bytes 0\n")
                if not os.environ.get("LOGSVC_SANITIZE"):
                    self.assertLess(self.memory_mb(server, "VmHWM"), self.BUDGET + fixed)
        if not os.environ.get("LOGSVC_SANITIZE"):
            deadline = time.time() + 60
            while (held := self.memory_mb(server, "VmRSS")) > fixed - 64:
                self.assertLess(time.time(), deadline, f"{held} MB are held, not {fixed - 64} as before the queries")
                time.sleep(0.2)


class Endings(Pressure):
    def test_what_runs_ends_when_its_client_has_gone(self):
        server = self.start("--max-concurrent-queries", "16")
        self.push_long_lines(server)
        for name, (path, query, more) in SLOW_PATHS.items():
            with self.subTest(name):
                with self.send(server, path, query, **more):
                    self.wait_for(server, r"logsvc_queries_running 1\n")
                self.wait_for(server, r"logsvc_queries_running 0\n")

    def test_shutdown_waits_for_nothing_that_runs_or_waits(self):
        server = self.start("--max-concurrent-queries", "4", "--query-queue", "100")
        self.push_long_lines(server)
        clients = [self.send(server, path, query, **more) for path, query, more in list(SLOW_PATHS.values()) * 4]
        self.wait_for(server, r"logsvc_queries_running 3\n")
        self.wait_for(server, r"logsvc_queries_waiting 17\n")
        self.assertEqual(server.stop(), 0)
        for client in clients:
            client.close()


if __name__ == "__main__":
    unittest.main()
