"""The wall clock of the server's machine jumps: nothing is deleted for it."""
import json
import time
import unittest

from shim import build
from support import Server, wait_until

DAY = 86400


class JumpingClock(unittest.TestCase):
    def setUp(self):
        self.made, library = build("clock")
        self.addCleanup(self.made.cleanup)
        self.set_clock(0)
        self.server = Server("--auth", "off", "--retention", "336h",
                             env={"LD_PRELOAD": library, "CLOCK_SHIM_OFFSET": self.made.name + "/offset"})
        self.addCleanup(self.server.close)
        now = time.time_ns()
        self.lines = [f"{day} days old" for day in range(13, -1, -1)]
        for day, line in zip(range(13, -1, -1), self.lines):
            self.assertEqual(self.server.push(({"t": "clock"}, [(now - day * DAY * 10**9 - 10**9, line)]))[0], 204)
        self.assertEqual(self.server.request("POST", "/flush")[0], 204)

    def set_clock(self, days):
        with open(self.made.name + "/offset", "w", encoding="utf-8") as f:
            f.write(str(days * DAY))

    def found(self):
        return [line for _, line in self.server.lines('{t="clock"}')]

    def metric(self, name):
        for line in self.server.get("/metrics")[1].splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return None

    def held(self):
        return json.loads(self.server.get("/api/status")[1])["retentionHeld"]

    def test_a_start_with_a_clock_ahead_deletes_nothing_and_says_so(self):
        self.server.stop()
        self.set_clock(40)
        self.server.start()
        wait_until("it says so", lambda: "the clock has jumped ahead" in self.server.log_text(), self.server.log_text)
        self.assertEqual(self.metric("logsvc_store_retention_held"), 1)
        held = wait_until("the page is told", self.held)
        self.assertAlmostEqual((held["clockMs"] - held["expectedMs"]) / 1000, 40 * DAY, delta=120)
        self.assertEqual(self.found(), self.lines)
        self.server.stop()
        self.set_clock(0)
        self.server.start()
        self.assertEqual(self.found(), self.lines)
        self.assertIsNone(self.held())
        self.assertEqual(self.metric("logsvc_store_retention_held"), 0)
        self.assertEqual(self.metric("logsvc_store_expired_entries_total"), 0)

    def test_a_jump_while_it_runs_and_a_persons_word(self):
        self.set_clock(40)
        wait_until("it is held", self.held, self.server.log_text)
        self.assertEqual(self.found(), self.lines)
        self.set_clock(-40)
        wait_until("a clock that is behind holds nothing", lambda: self.held() is None, self.server.log_text)
        self.assertEqual(self.found(), self.lines)
        self.set_clock(40)
        wait_until("it is held again", self.held, self.server.log_text)
        self.assertEqual(self.server.request("GET", "/api/retention/confirm-clock")[0], 405)
        self.assertEqual(self.server.request("POST", "/api/retention/confirm-clock")[0], 204)
        wait_until("all is past the retention then", lambda: not self.found(), self.server.log_text)
        self.assertIsNone(self.held())
        self.assertIn("the clock was confirmed", self.server.log_text())


if __name__ == "__main__":
    unittest.main()
