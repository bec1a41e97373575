"""The header in which agents report themselves, and the ledger that the server makes of it."""
import json
import time
import unittest

from support import Server

JSON = {"Content-Type": "application/json"}


class AgentReports(unittest.TestCase):
    def setUp(self):
        self.server = Server("--auth", "off")
        self.addCleanup(self.server.close)

    def report(self, lines=(), **more):
        return json.dumps({"v": 1, "agent": "9f3c0a1b2c3d4e5f", "host": "app-1", "version": "1.2.3", "clock": str(time.time_ns() - 10**9),
                           "started": str(time.time_ns()), "containers": 2, "spool": {"bytes": 10, "lines": 3, "age_ms": 40},
                           "dropped": {"refused": 3}, "lines": [list(l) for l in lines], **more})

    def push(self, header, body=None):
        body = body or {"streams": [{"stream": {"service": "api", "host": "app-1"}, "values": [[str(time.time_ns()), "x"]]}]}
        return self.server.request("POST", "/loki/api/v1/push", json.dumps(body), {**JSON, "X-Logsvc-Agent": header})[0]

    def agents(self):
        return json.loads(self.server.get("/api/agents")[1])["agents"]

    def test_an_agent_shows_with_its_ledger(self):
        self.assertEqual(self.push(self.report([("c1", 1, 10), ("c2", 1, 1)])), 204)
        self.assertEqual(self.push(self.report([("c1", 16, 5)])), 204)
        self.server.request("GET", "/loki/api/v1/status/buildinfo", headers={"X-Logsvc-Agent": self.report(containers=7)})
        (agent,) = self.agents()
        self.assertEqual((agent["host"], agent["version"], agent["containers"], agent["dropped"]), ("app-1", "1.2.3", 7, {"refused": 3}))
        self.assertTrue(-3000 < agent["skew"] <= -900, agent["skew"])
        c1 = next(s for s in agent["sources"] if s["source"] == "c1")
        self.assertEqual((c1["received"], c1["missing"], c1["doubled"]), (15, 5, 0))

    def test_containers_show_as_they_were_last_told_of(self):
        now = time.time_ns() // 10**6
        self.push(self.report(sources=[["c1", "api-1", "json-file", "file", now, 0, 1], ["c2", "queue-1", "journald", "not read: no log", 0, -1, 0]]))
        self.push(self.report(sources=[["c1", "api-1", "json-file", "file", now + 5, 2500, 1]], retries=3, error="timed out", error_at=str(now * 10**6)))
        (agent,) = self.agents()
        api, queue = agent["described"]
        self.assertEqual({k: api[k] for k in ("source", "name", "driver", "readBy", "readTo", "lag", "running")},
                         {"source": "c1", "name": "api-1", "driver": "json-file", "readBy": "file", "readTo": now + 5, "lag": 2500, "running": True})
        self.assertEqual((queue["readBy"], queue["lag"], queue["running"]), ("not read: no log", -1, False))
        self.assertEqual((agent["retries"], agent["error"], agent["errorAt"]), (3, "timed out", now))

    def test_lines_that_were_not_taken_are_not_counted(self):
        self.assertEqual(self.push(self.report([("c1", 1, 10)])), 204)
        self.assertEqual(self.server.request("POST", "/loki/api/v1/push", "{ nonsense", {**JSON, "X-Logsvc-Agent": self.report([("c1", 11, 10)])})[0], 400)
        self.assertEqual(self.agents()[0]["sources"][0]["received"], 10)

    def test_a_header_that_does_not_read_costs_nothing(self):
        self.assertEqual(self.push("{ broken"), 204)
        self.assertEqual(self.agents(), [])
        self.assertIn("cannot parse agent report", self.server.log_text())


if __name__ == "__main__":
    unittest.main()
