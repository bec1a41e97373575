"""Queries that are made to hurt: bounded memory and time, a clear answer, and others are served on."""
import json
import os
import re
import socket
import time
import unittest
import urllib.parse

from support import Server

SECOND = 10**9
# Sanitizers keep what was freed, and shadows of it.
MEMORY_LIMIT_KB = (4 if os.environ.get("LOGSVC_SANITIZE") else 1) << 20
# 27 million rounds a line.
LOOPS = ("{{range $i, $c := fromJson `[" + ",".join("1" * 300) + "]`}}") * 3 + "x" + "{{end}}" * 3


class HostileQueries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off", "--retention", "0", "--query-timeout", "5s")
        cls.addClassCleanup(cls.server.close)
        cls.base = (time.time_ns() // SECOND - 3600) * SECOND
        lines = [(cls.base + i * SECOND, f'{{"n":{i},"text":"{"a" * 500}b"}}') for i in range(3000)]
        cls.server.push(({"app": "x"}, lines))

    def ask(self, query, path="query_range", server=None, **params):
        form = urllib.parse.urlencode({"query": query, "start": self.base, "end": self.base + 3600 * SECOND, **params})
        status, body, _ = (server or self.server).request(
            "POST", "/loki/api/v1/" + path, form, {"Content-Type": "application/x-www-form-urlencoded"}, timeout=120)
        return status, body

    def patient_server(self):
        """With few lines, and the time-out that servers have by default."""
        server = Server("--auth", "off", "--retention", "0")
        self.addCleanup(server.close)
        server.push(({"app": "x"}, [(self.base + i * SECOND, json.dumps({"n": i, "text": "a" * 500})) for i in range(100)]))
        return server

    def check_alive(self, server=None):
        server = server or self.server
        self.assertEqual(server.get("/ready")[0], 200)
        with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
            peak = int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1))
        self.assertLess(peak, MEMORY_LIMIT_KB)

    def refused(self, query, text, statuses=(400,), **params):
        status, body = self.ask(query, **params)
        self.assertIn(status, statuses, body[:300])
        self.assertIn(text, body)
        self.check_alive()

    def test_deep_nesting(self):
        self.refused("(" * 50000 + "vector(1)" + ")" * 50000, "nested too deeply")
        self.refused("sum(" * 20000 + 'rate({app="x"}[1m])' + ")" * 20000, "nested too deeply")
        self.refused('{app="x"} | ' + "(" * 50000 + "a=1" + ")" * 50000, "nested too deeply")
        self.refused("1" + "+1" * 60000, "too many operators")
        self.refused('{app="x"} | ' + " or ".join(["a=1"] * 15000), "too many operators")

    def test_long_texts(self):
        self.refused('{app="x"} |= "' + "a" * 140000 + '"', "input size too long")
        patient = self.patient_server()
        status, body = self.ask('{app="x"} |~ "' + "|".join(f"w{i}" for i in range(15000)) + '"', server=patient, limit=10)
        self.assertIn(status, (200, 400), body[:300])
        status, _ = self.ask('{app="x"} ' + '|= "a" ' * 15000, server=patient, limit=10)
        self.assertEqual(status, 200)
        self.check_alive(patient)

    def test_expressions_that_backtrack_elsewhere(self):
        for expression in ["(a+)+$", "(a|a)*c", "(.*)*(.*)*(.*)*x", "a{500}a{500}", "(?:a?){500}a{500}"]:
            status, body = self.ask(f'{{app="x"}} |~ `{expression}`', limit=10)
            self.assertIn(status, (200, 400), body[:300])
        self.refused('{app="x"} |~ "((a{100}){100}){100}"', "invalid repeat count")
        self.check_alive()

    def test_many_steps(self):
        self.refused('count_over_time({app="x"}[1m])', "maximum resolution of 11,000 points", step="0.001")
        status, body = self.ask('quantile_over_time(0.5, {app="x"} | json | unwrap n [1h])', step="0.4")
        self.assertIn(status, (200, 400, 504), body[:300])
        self.check_alive()

    def test_huge_parameters(self):
        status, body = self.ask('topk(1000000000, count_over_time({app="x"}[1h]))', path="query", time=self.base + 3600 * SECOND)
        self.assertEqual((status, len(json.loads(body)["data"]["result"])), (200, 1))
        self.refused('{app="x"}', "max entries limit per query exceeded", limit=10**9)
        self.refused('topk(99999999999999999999, rate({app="x"}[1m]))', "invalid parameter topk(")

    def test_values_that_grow(self):
        grown = 'label_replace(vector(1), "a", "xxxxxxxx", "a", ".*")'
        for _ in range(100):
            grown = f'label_replace({grown}, "a", "$1$1", "a", "(.*)")'
        self.refused(grown, "label_replace makes a value of more than", path="query")
        patient = self.patient_server()
        stages = "".join(f' | label_format l{i}="{{{{.l{i - 1}}}}}{{{{.l{i - 1}}}}}"' for i in range(1, 60))
        status, body = self.ask('{app="x"} | label_format l0="xxxxxxxxxxxxxxxx"' + stages, server=patient, limit=5)
        # With sanitizers its time may end first.
        self.assertIn(status, (200, 400, 504) if os.environ.get("LOGSVC_SANITIZE") else (200, 400), body[:300])
        for template in ['{{repeat 2000000000 "x"}}', '{{Replace .text "" "' + "y" * 50000 + '" -1}}',
                         '{{regexReplaceAll "" .text "' + "y" * 50000 + '"}}']:
            status, body = self.ask('{app="x"} | json | line_format `' + template + "`", server=patient, limit=5)
            self.assertEqual(status, 200, body[:300])
            self.assertIn("TemplateFormatErr", body)
        status, body = self.ask('{app="x"} | line_format `{{printf "%1000000000d" 1}}`', server=patient, limit=5)
        self.assertIn("NOVERB", body)
        self.check_alive(patient)

    def test_many_series(self):
        self.refused('count_over_time({app="x"} | json [1h])', "", statuses=(400, 504), step="1")

    def test_a_slow_query_ends_in_time(self):
        status, body = self.ask('sum(bytes_over_time({app="x"} | line_format "' + LOOPS + '" | __error__="" [1h]))', step="60")
        self.assertEqual(status, 504, body[:300])
        self.assertIn("request timed out", body)
        self.check_alive()


class CancelledQueries(unittest.TestCase):
    def test_a_query_ends_when_its_client_has_gone(self):
        server = Server("--auth", "off", "--retention", "0", "--query-timeout", "1h")
        self.addCleanup(server.close)
        base = (time.time_ns() // SECOND - 600) * SECOND
        server.push(({"app": "x"}, [(base + i, f"line {i}") for i in range(20000)]))
        params = {"query": '{app="x"} | line_format "' + LOOPS + '" |= "never"', "start": base, "end": base + SECOND, "limit": 10}
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(f"GET /loki/api/v1/query_range?{urllib.parse.urlencode(params)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            deadline = time.time() + 60
            while "loki_inflight_requests 2" not in server.get("/metrics")[1]:
                self.assertLess(time.time(), deadline)
        while 'status_code="499"' not in server.get("/metrics")[1]:
            self.assertLess(time.time(), deadline)
            time.sleep(0.1)


if __name__ == "__main__":
    unittest.main()
