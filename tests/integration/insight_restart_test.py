"""What the server knows without looking it up survives its end and its being killed."""
import json
import os
import signal
import time
import unittest

from support import Server, wait_until

JSON = {"Content-Type": "application/json"}


class InsightRestart(unittest.TestCase):
    def setUp(self):
        self.server = Server("--auth", "off")
        self.addCleanup(self.server.close)
        self.kept = self.server.data_dir + "/insight/agents.json"

    def push(self, *lines, agent="9f3c0a1b2c3d4e5f"):
        header = json.dumps({"v": 1, "agent": agent, "host": "app-1", "version": "1.2.3", "lines": [list(l) for l in lines],
                             "sources": [["c1", "api-1", "json-file", "file", 0, 0, 1]]})
        body = {"streams": [{"stream": {"service": "api", "host": "app-1"}, "values": [[str(time.time_ns()), "x"]]}]}
        self.assertEqual(self.server.request("POST", "/loki/api/v1/push", json.dumps(body), {**JSON, "X-Logsvc-Agent": header})[0], 204)

    def agents(self):
        return json.loads(self.server.get("/api/agents")[1])["agents"]

    def ledger(self):
        (agent,) = self.agents()
        (source,) = agent["sources"]
        return {key: source[key] for key in ("received", "late", "doubled", "missing", "unknown")}

    def kept_text(self):
        if not os.path.exists(self.kept):
            return ""
        with open(self.kept, encoding="utf-8") as f:
            return f.read()

    def test_agents_and_ledgers_outlast_a_restart(self):
        self.push(("c1", 1, 10))
        self.push(("c1", 16, 5))
        (before,) = self.agents()
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        (after,) = self.agents()
        self.assertEqual({**before, "gone": None}, {**after, "gone": None})
        self.assertEqual((after["described"][0]["name"], after["gone"]), ("api-1", False))
        self.push(("c1", 26, 5), ("c1", 11, 2))
        self.assertEqual(self.ledger(), {"received": 22, "late": 2, "doubled": 0, "missing": 8, "unknown": 0})

    def test_what_a_killed_server_took_is_not_told_as_missing(self):
        self.push(("c1", 1, 10))
        self.push(("c1", 16, 5))
        wait_until("the hole is kept", lambda: "[11,16," in self.kept_text(), self.kept_text)
        self.push(("c1", 21, 10))  # in order: not kept before the minute is over
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.push(("c1", 31, 5))
        self.assertEqual(self.ledger(), {"received": 20, "late": 0, "doubled": 0, "missing": 5, "unknown": 10})
        self.push(("c1", 46, 5))
        self.assertEqual(self.ledger()["missing"], 15)

    def test_a_file_that_does_not_read_is_set_aside_and_that_is_said(self):
        self.push(("c1", 1, 10))
        self.server.stop()
        with open(self.kept, "r+b") as f:
            f.truncate(os.path.getsize(self.kept) // 2)
        self.server.start()
        self.assertEqual(self.agents(), [])
        self.assertTrue(os.path.exists(self.kept + ".bad"))
        self.assertIn("insight state is corrupt; moved to .bad", self.server.log_text())
        self.push(("c1", 11, 10))
        self.assertEqual(self.ledger()["missing"], 0)

    def test_an_agent_that_is_silent_is_gone(self):
        self.push(("c1", 1, 10))
        self.server.stop()
        with open(self.kept, encoding="utf-8") as f:
            book = json.load(f)
        book["agents"][0]["seen"] -= 10**11
        with open(self.kept, "w", encoding="utf-8") as f:
            json.dump(book, f)
        self.server.start()
        (agent,) = self.agents()
        self.assertTrue(agent["gone"])
        self.assertEqual(agent["seen"], book["agents"][0]["seen"] // 10**6)
        self.push(("c1", 11, 1))
        self.assertFalse(self.agents()[0]["gone"])

    def test_marks_of_days_ago_are_back(self):
        def marks():
            return [m["container"] for m in json.loads(self.server.get("/api/pulse")[1])["marks"]]
        old = time.time_ns() - 5 * 86_400 * 10**9
        self.server.push(({"job": "docker-events", "host": "app-1"}, [(old, '{"event":"die","container":"api-1","exitCode":137}')]))
        self.assertEqual(marks(), ["api-1"])
        self.server.stop(signal.SIGKILL)
        self.server.start()
        wait_until("the mark is back", lambda: marks() == ["api-1"])


if __name__ == "__main__":
    unittest.main()
