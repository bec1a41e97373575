"""What may come in: rates of sources and of all, labels that run away, streams of a source. Agents lose nothing by it."""
import json
import re
import time
import unittest

from support import Agent, Server, wait_until

PUSH = "/loki/api/v1/push"
SECOND = 10**9


class Limits(unittest.TestCase):
    def start(self, *options):
        server = Server("--auth", "off", *options)
        self.addCleanup(server.close)
        return server

    def limits(self, server):
        return json.loads(server.get("/api/status")[1])["limits"]

    def metric(self, server, pattern):
        return sum(float(n) for n in re.findall(f"^{pattern} ([0-9.e+]+)$", server.get("/metrics")[1], re.M))


class Rates(Limits):
    def test_a_push_over_the_rate_is_refused_whole_and_told_when_to_come_again(self):
        server = self.start("--ingest-rate", "1000B/s burst 2000B")
        now = time.time_ns()
        self.assertEqual(server.push(({"job": "a"}, [(now, "x" * 1999)]))[0], 204)
        status, body, headers = server.push(({"job": "a"}, [(now + 1, "y" * 1000), (now + 2, "y" * 1000)]))
        self.assertEqual((status, headers["Retry-After"]), (429, "2"))
        self.assertIn("ingestion rate limit exceeded for user fake (limit: 1000 bytes/sec) while attempting to ingest '2' lines"
                      " totaling '2000' bytes, reduce log volume or contact your Loki administrator to see if the limit can be"
                      " increased (--ingest-rate, of 127.0.0.1)\n", body)
        self.assertEqual(len(server.lines('{job="a"}')), 1)
        refused = self.limits(server)["refused"]
        self.assertEqual([(r["source"], r["pushes"], r["lines"], r["bytes"]) for r in refused], [("127.0.0.1", 1, 2, 2000)])
        self.assertEqual(self.metric(server, r'loki_discarded_samples_total\{reason="rate_limited".*format="loki"\}'), 2)
        self.assertIn("pushes are over a limit and refused", server.log_text())

    def test_otlp_and_the_legacy_route_are_under_the_same_limit(self):
        server = self.start("--ingest-rate-total", "1 lines/s burst 1 lines")
        now = time.time_ns()
        self.assertEqual(server.push(({"job": "a"}, [(now, "one")]))[0], 204)
        otlp = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": str(now), "body": {"stringValue": "two"}}] * 2}]}]}
        status, body, headers = server.request("POST", "/otlp/v1/logs", json.dumps(otlp), {"Content-Type": "application/json"})
        self.assertEqual((status, headers["Retry-After"]), (429, "1"), body)
        self.assertIn("--ingest-rate-total", body)
        legacy = {"streams": [{"labels": '{job="b"}', "entries": [{"ts": "2026-01-01T00:00:00Z", "line": str(i)} for i in range(3)]}]}
        status, body, headers = server.request("POST", "/api/prom/push", json.dumps(legacy), {"Content-Type": "application/json"})
        self.assertEqual(status, 429, body)
        self.assertEqual(self.metric(server, r'loki_discarded_samples_total\{reason="rate_limited".*format="otlp"\}'), 2)

    def test_an_agent_waits_as_it_is_told_and_loses_nothing(self):
        server = self.start("--ingest-rate", "20 lines/s burst 40 lines")
        agent = Agent([{"url": f"http://127.0.0.1:{server.port}{PUSH}", "batchsize": 2000}], job="kept")
        self.addCleanup(agent.close)
        lines = [f"line {i} {'x' * 60}" for i in range(160)]
        # What is taken at once, since nothing came before it, has to be made up for by what follows.
        agent.write(*lines[:100])
        wait_until("lines arrive", lambda: server.lines('{job="kept"}'), agent.log_text)
        agent.write(*lines[100:])
        wait_until("all lines arrive", lambda: len(server.lines('{job="kept"}')) == len(lines), agent.log_text)
        self.assertEqual(sorted(line for _, line in server.lines('{job="kept"}')), sorted(lines))
        self.assertGreater(self.metric(server, r'loki_discarded_samples_total\{reason="rate_limited".*\}'), 0)
        self.assertIn("the server does not take lines", agent.log_text())
        # None of them was waited for in vain, or tried again and again.
        refused = self.limits(server)["refused"][0]["pushes"]
        self.assertLess(refused, 40, "the agent does not wait as it is told")

    def test_settings_that_are_no_rates_are_refused(self):
        for option, value in (("--ingest-rate", "10MB"), ("--ingest-rate-total", "burst 10MB"), ("--cardinality", "drop"),
                              ("--max-label-values", "-1")):
            with self.assertRaisesRegex(RuntimeError, option.lstrip("-")):
                self.start(option, value)


class Cardinality(Limits):
    def users(self, first, count):
        now = time.time_ns()
        return [({"job": "docker", "userId": f"u{i}"}, [(now + i, f"bought {i}")]) for i in range(first, first + count)]

    def streams(self, server):
        return json.loads(server.get("/api/status")[1])["streams"]

    def test_a_label_that_runs_away_is_folded_found_and_told_and_stays_so_over_a_restart(self):
        server = self.start("--max-label-values", "50")
        for start in range(0, 400, 10):
            self.assertEqual(server.push(*self.users(start, 10))[0], 204)
        # The push in which it is noticed is folded as a whole.
        self.assertEqual(self.streams(server), 50 + 1)
        self.assertEqual([line for _, line in server.lines('{job="docker"} | userId="u399"')], ["bought 399"])
        self.assertEqual([line for _, line in server.lines('{job="docker"} | userId="u7"')], ["bought 7"])
        self.assertEqual(len(server.lines('{job="docker"}')), 400)
        told = self.limits(server)["runaway"]
        self.assertEqual([(r["label"], r["moreThan"], r["action"]) for r in told], [("userId", 50, "folded")])
        self.assertEqual(self.metric(server, "logsvc_ingest_runaway_labels"), 1)
        self.assertEqual(self.metric(server, "logsvc_ingest_folded_entries_total"), 350)
        self.assertIn("it is structured metadata of the entries from now on", server.log_text())
        server.stop()
        server.start()
        server.push(*self.users(1000, 1))
        self.assertEqual(self.streams(server), 51)
        self.assertEqual(self.limits(server)["runaway"], told)

    def test_reject_refuses_further_values_and_counts_those_of_before_a_restart(self):
        server = self.start("--max-label-values", "20", "--cardinality", "reject")
        self.assertEqual(server.push(*self.users(0, 20))[0], 204)
        for _ in range(2):
            status, body, headers = server.push(*self.users(20, 1))
            self.assertEqual((status, headers["Retry-After"]), (429, "5"))
            self.assertIn('maximum active stream limit exceeded when trying to create stream {job="docker", service_name="docker", userId="u20"}', body)
            self.assertIn("the label userId has more than 20 values a day", body)
            self.assertEqual(server.push(*self.users(3, 1))[0], 204)
            server.stop()
            server.start()
        self.assertEqual(self.streams(server), 20)

    def test_a_source_may_have_so_many_streams(self):
        server = self.start("--max-streams-per-source", "5", "--max-label-values", "0")
        self.assertEqual(server.push(*self.users(0, 5))[0], 204)
        status, body, _ = server.push(*self.users(5, 1))
        self.assertEqual(status, 429)
        self.assertIn("--max-streams-per-source 5, of 127.0.0.1", body)
        self.assertEqual(server.push(*self.users(0, 5))[0], 204)
        self.assertEqual(self.limits(server)["refused"][0]["pushes"], 1)


if __name__ == "__main__":
    unittest.main()
