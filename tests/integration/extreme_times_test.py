"""Times at the ends of what 64 bits of nanoseconds can say, as entries and as ranges: every route answers, and the server serves on."""
import json
import time
import unittest

from support import Server, Tail

SECOND = 10**9
FIRST, LAST = -(2**63), 2**63 - 1
# What entries have.
ENTRY_TIMES = [FIRST, FIRST + 1, FIRST + SECOND, -SECOND, -1, 0, 1, SECOND, LAST - SECOND, LAST - 1, LAST]
# What requests ask for.
ASKED = [str(t) for t in (FIRST, FIRST + 1, -1, 0, 1, LAST - 1, LAST)] + [
    "9999999999", "-999999999", "9999999999.5", "-9999999999.5", "1e300", "1.5e300", "9223372036854775808",
    "1677-09-21T00:12:44Z", "2262-04-11T23:47:16.854775807Z", "9999-12-31T23:59:59Z"]
STEPS = ["1", "3600", "1000000000", "9199999999", "290y", str(LAST), "1e300", "-1", "0"]
GOOD = (200, 204, 400, 404)


class ExtremeTimes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off", "--retention", "0", "--creation-grace-period", "0")
        cls.addClassCleanup(cls.server.close)
        for labels in ({"app": "far"}, {"app": "far", "level": "error"}):
            values = [(t, f'{{"level":"error","took":{i},"message":"line {i}"}}') for i, t in enumerate(ENTRY_TIMES)]
            cls.pushed = cls.server.push((labels, values))

    def setUp(self):
        self.assertEqual(self.pushed[0], 204, self.pushed[1])

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), "the server ended: " + self.server.log_text())
        self.assertEqual(self.server.get("/ready")[0], 200)
        now = time.time_ns()
        self.assertEqual(self.server.push(({"app": "near"}, [(now, "still here")]))[0], 204)
        self.assertIn((now, "still here"), self.server.lines('{app="near"}', now - 1, now + 1))
        self.assertNotIn("runtime error", self.server.log_text())

    def ask(self, path, statuses=GOOD, method="GET", **params):
        if method == "GET":
            status, body, _ = self.server.get(path, params)
        else:
            import urllib.parse
            status, body, _ = self.server.request(method, path + "?" + urllib.parse.urlencode(params))
        self.assertIn(status, statuses, f"{path} {params}: {body[:300]}")
        return status, body

    def pairs(self):
        for start in ASKED:
            for end in ASKED:
                yield {"start": start, "end": end}

    def test_all_entries_but_that_of_the_last_instant_are_found(self):
        """Ranges end before their end, so that nothing can ask for the very last nanosecond."""
        for flush in (False, True):
            if flush:
                self.assertEqual(self.server.request("POST", "/flush")[0], 204)
            found = self.server.lines('{app="far",level=""}', FIRST, LAST)
            self.assertEqual([t for t, _ in found], ENTRY_TIMES[:-1])
            backward = self.server.lines('{app="far",level=""}', FIRST, LAST, direction="backward")
            self.assertEqual(backward, found)
            self.assertEqual([t for t, _ in self.server.lines('{app="far",level=""}', FIRST, FIRST + 1)], [FIRST])

    def test_lines_of_every_range(self):
        for range_ in self.pairs():
            self.ask("/loki/api/v1/query_range", query='{app="far"} | json', **range_)

    def test_lines_thinned_by_an_interval(self):
        for interval in STEPS:
            self.ask("/loki/api/v1/query_range", query='{app="far"}', start=FIRST, end=LAST, interval=interval)

    def test_metrics_of_every_range_and_step(self):
        queries = ['count_over_time({app="far"}[1h])', 'sum(rate({app="far"} | json [290y]))', 'sum_over_time({app="far"} | json | unwrap took [290y] offset 290y)',
                   'rate_counter({app="far"} | json | unwrap took [292y])', 'count_over_time({app="far"}[1h] offset -290y)']
        for query in queries:
            for step in STEPS:
                self.ask("/loki/api/v1/query_range", query=query, start=FIRST, end=LAST, step=step)
        for range_ in self.pairs():
            self.ask("/loki/api/v1/query_range", query=queries[0], **range_)
            self.ask("/loki/api/v1/query_range", query=queries[2], step="290y", **range_)
        for query in queries:
            for at in ASKED:
                self.ask("/loki/api/v1/query", query=query, time=at)
                self.ask("/loki/api/v1/query", query='{app="far"}', time=at)

    def test_labels_and_what_explore_asks(self):
        paths = ["labels", "label/app/values", "series", "index/stats", "index/volume", "index/volume_range", "patterns", "detected_labels", "detected_fields",
                 "detected_field/took/values"]
        for range_ in self.pairs():
            for path in paths:
                self.ask("/loki/api/v1/" + path, query='{app="far"}', **({"match[]": '{app="far"}'} if path == "series" else {}), **range_)
        for step in STEPS:
            for path in ("index/volume_range", "patterns", "detected_fields"):
                self.ask("/loki/api/v1/" + path, query='{app="far"}', start=FIRST, end=LAST, step=step)
                self.ask("/loki/api/v1/" + path, query='{app="far"}', start=LAST - 1, end=LAST, step=step)
        for since in ("0", "1h", "292y"):
            self.ask("/loki/api/v1/labels", end=FIRST, since=since)

    def test_the_pages_routes(self):
        for range_ in self.pairs():
            for form in ("csv", "ndjson", "txt"):
                self.ask("/api/export", query='{app="far"}', format=form, **range_)
        for at in ASKED:
            self.ask("/api/opening", at=at, service="far", success="line")
        for path in ("/api/pulse", "/api/agents", "/api/faults", "/api/status", "/api/counters", "/metrics"):
            for at in ASKED:
                self.ask(path, start=at, end=at, since=at, service="far")
        body = json.loads(self.ask("/api/pulse", (200,))[1])
        self.assertIn("far", [service["name"] for service in body["services"]])

    def test_tails(self):
        for path in ("/loki/api/v1/tail", "/api/live", "/api/prom/tail"):
            for start in ASKED:
                tail = Tail(self.server, '{app="far"}', path, start=start, limit=20)
                self.assertIn(tail.status, (101, 400))
                if tail.status == 101:
                    tail.close()

    def test_deletes(self):
        """Requests that are made are taken back."""
        for range_ in self.pairs():
            self.ask("/loki/api/v1/delete", method="POST", query='{app="nobody"}', **range_)
        listed = json.loads(self.ask("/loki/api/v1/delete", (200,))[1])
        for request in listed:
            self.ask("/loki/api/v1/delete", (204,), "DELETE", request_id=request["request_id"], force="true")


if __name__ == "__main__":
    unittest.main()
