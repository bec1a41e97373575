"""Live readers have bounds: how many, and what waits for all of them. The slow lose first, and pushes do not wait for any."""
import json
import re
import time
import unittest

from support import Server, Tail, wait_until

QUERY = '{job="live"}'


class Bounds(unittest.TestCase):
    def start(self, *options):
        server = Server("--auth", "off", *options)
        self.addCleanup(server.close)
        return server

    def tail(self, server, path="/loki/api/v1/tail", **params):
        tail = Tail(server, QUERY, path, **params)
        self.addCleanup(tail.close)
        return tail

    def metric(self, server, name):
        found = re.search(f"^{re.escape(name)} ([0-9.e+]+)$", server.get("/metrics")[1], re.M)
        return float(found.group(1)) if found else 0

    def test_more_readers_than_may_be_are_refused_and_counted(self):
        server = self.start("--max-live-viewers", "2")
        first, second = self.tail(server), self.tail(server, "/api/live")
        self.assertEqual([first.status, second.status], [101, 101])
        self.assertEqual(self.tail(server).status, 503)
        self.assertEqual(self.metric(server, 'logsvc_tail_shed_total{reason="refused"}'), 1)
        first.close()
        wait_until("a place is free", lambda: self.tail(server).status == 101)

    def test_slow_readers_stay_within_the_memory_and_a_quick_one_gets_all(self):
        server = self.start("--live-memory", "8MB")
        quick = self.tail(server, "/api/live")
        slow = [self.tail(server, path) for path in ["/api/live", "/loki/api/v1/tail"] * 10]
        pushed, got, most = 0, 0, 0
        for _ in range(60):
            now = time.time_ns()
            status, body, _ = server.push(({"job": "live"}, [(now + i, "x" * 20_000) for i in range(20)]))
            self.assertEqual(status, 204, body)
            pushed += 20
            most = max(most, self.metric(server, "logsvc_tail_memory_bytes"))
            while got < pushed:
                opcode, payload = quick.frame()
                if opcode != 1:
                    continue
                frame = json.loads(payload)
                self.assertNotIn("leftOut", frame)
                got += len(frame["lines"])
            data = f"taken {got}".encode()
            quick.socket.sendall(bytes([0x81, 0x80 | len(data)]) + bytes(4) + data)
        self.assertEqual(got, 1200)
        self.assertGreater(most, 1 << 20)
        # One look may see what has just come in, before the slow ones lose it.
        self.assertLess(most, 10 << 20)
        self.assertGreater(self.metric(server, 'logsvc_tail_shed_total{reason="queue"}') +
                           self.metric(server, 'logsvc_tail_shed_total{reason="slow"}'), 0)
        for one in slow:
            one.close()
        wait_until("nothing is held", lambda: self.metric(server, "logsvc_tail_memory_bytes") == 0)

    def test_settings_out_of_bounds_are_refused(self):
        for option, value in (("--max-live-viewers", "1000000"), ("--live-memory", "1MB"), ("--live-memory", "much")):
            with self.assertRaisesRegex(RuntimeError, option.lstrip("-")):
                self.start(option, value)


if __name__ == "__main__":
    unittest.main()
