"""What the page is fed from: the pulse, live lines with credit, whole results as files."""
import csv
import io
import json
import os
import signal
import struct
import time
import unittest

from support import Server, Tail, wait_until


def text_frame(text):
    """A masked text frame, as a browser sends it."""
    data, mask = text.encode(), os.urandom(4)
    return struct.pack(">BB", 0x81, 0x80 | len(data)) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))


def next_json(socket):
    while True:
        opcode, payload = socket.frame()
        if opcode == 1:
            return json.loads(payload)


def counted(snapshot, service):
    """level → lines."""
    out = {}
    for one in snapshot["services"]:
        if one["name"] == service:
            for i in range(0, len(one["cells"]), 3):
                level = snapshot["levels"][one["cells"][i + 1]]
                out[level] = out.get(level, 0) + one["cells"][i + 2]
    return out


class PageApi(unittest.TestCase):
    def setUp(self):
        self.server = Server("--auth", "off", "--retention", "0")
        self.addCleanup(self.server.close)

    def snapshot(self, **params):
        return json.loads(self.server.get("/api/pulse", params)[1])

    def push(self, service, level, lines, **labels):
        status = self.server.push(({"service": service, "level": level, **labels}, lines))[0]
        self.assertEqual(status, 204)

    def test_a_browser_gets_the_page_where_tools_get_lokis_answer(self):
        html = {"Accept": "text/html,application/xhtml+xml"}
        for path in ("/", "/overview", "/explore", "/journey", "/opening", "/services", "/alerts", "/settings"):
            status, body, headers = self.server.get(path, headers=html, port=self.server.ui_port)
            self.assertEqual(status, 200, path)
            self.assertTrue(headers["Content-Type"].startswith("text/html"), path)
        self.assertIn("Running", self.server.get("/services", port=self.server.ui_port)[1])
        self.assertIn("Running", self.server.get("/services", headers=html)[1])
        self.assertIn("loki_build_info", self.server.get("/metrics", headers=html, port=self.server.ui_port)[1])

    def test_status_says_what_lines_come_to_on_disk(self):
        lines = [f"GET /seats {i} took {i * 7} ms" for i in range(5_000)]
        now = time.time_ns()
        self.push("api-server", "info", [(now + i, line) for i, line in enumerate(lines)])
        self.assertEqual(self.server.request("POST", "/flush")[0], 204)
        status = json.loads(self.server.get("/api/status")[1])
        self.assertEqual(status["fileLineBytes"], sum(len(line) for line in lines))
        self.assertGreater(status["fileLineBytes"], status["fileBytes"])
        self.assertGreater(status["fileBytes"], 0)

    def test_counts_are_there_at_once_and_after_a_crash(self):
        now = time.time_ns()
        self.push("api", "info", [(now - i * 10**8, f"line {i}") for i in range(100)])
        self.push("api", "error", [(now, '{"message":"user 7 failed"}'), (now, '{"message":"user 8 failed"}')])
        self.push("api", "info", [(now - 3 * 3600 * 10**9, "of before")])
        wanted = {"info": 100, "error": 2}
        self.assertEqual(counted(self.snapshot(), "api"), wanted)
        self.assertEqual(counted(self.snapshot(step=60), "api"), {"info": 101, "error": 2})
        faults = json.loads(self.server.get("/api/faults")[1])["faults"]
        self.assertEqual([(f["masked"], f["count"]) for f in faults], [("user <n> failed", 2)])
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.assertEqual(counted(self.snapshot(), "api"), wanted)
        # The day is counted in the background.
        wait_until("the day", lambda: counted(self.snapshot(step=60), "api") == {"info": 101, "error": 2})

    def test_detected_levels_are_counted_after_a_restart_too(self):
        now = time.time_ns()
        lines = [(now, "level=error failed"), (now, "WARN slow"), (now - 3 * 3600 * 10**9, "level=fatal of before"), (now, "a b")]
        self.assertEqual(self.server.push(({"service": "bare"}, lines), ({"service": "bare", "level": "info"}, [(now, "ERROR in words")]))[0], 204)
        recent = {"error": 1, "warn": 1, "info": 1, "other": 1}
        self.assertEqual(counted(self.snapshot(), "bare"), recent)
        self.server.stop()
        self.server.start()
        self.assertEqual(counted(self.snapshot(), "bare"), recent)
        wait_until("the day", lambda: counted(self.snapshot(step=60), "bare") == {**recent, "fatal": 1})

    def test_kinds_of_errors_are_kept(self):
        self.push("api", "error", [(time.time_ns(), "disk 3 is full")])
        self.server.stop()
        self.server.start()
        faults = json.loads(self.server.get("/api/faults")[1])["faults"]
        self.assertEqual([f["sample"] for f in faults], ["disk 3 is full"])
        self.server.stop()
        with open(self.server.dir.name + "/data/insight/faults.json", "w") as f:
            f.write("{ damaged")
        self.server.start()
        self.assertEqual(json.loads(self.server.get("/api/faults")[1])["faults"], [])
        self.assertIn("is corrupt; moved to", self.server.log_text())

    def test_a_frame_a_second_to_all_viewers_the_same(self):
        viewers = [Tail(self.server, "", path="/api/pulse") for _ in range(10)]
        for viewer in viewers:
            self.addCleanup(viewer.close)
            next_json(viewer)
        now = time.time_ns()
        self.push("ticket", "warn", [(now, "slow")] * 3)
        seen = []
        for viewer in viewers:
            while True:
                frame = next_json(viewer)
                if frame["cells"]:
                    break
            self.assertLess(len(json.dumps(frame)), 5000)
            seen.append(frame)
        self.assertEqual(seen[0]["services"][0]["name"], "ticket")
        self.assertTrue(all(frame == seen[0] for frame in seen))

    def test_live_lines_wait_for_a_page_that_is_behind_and_nothing_is_lost_unsaid(self):
        live = Tail(self.server, '{service="api"}', path="/api/live", start=time.time_ns())
        self.addCleanup(live.close)
        total = 120_000
        for first in range(0, total, 4000):
            now = time.time_ns()
            self.push("api", "info", [(now + i, f"line {first + i}") for i in range(4000)])
        sent, left_out, taken = [], 0, 0
        while len(sent) + left_out < total:
            frame = next_json(live)
            sent += [text for _, _, text in frame["lines"]]
            out = frame.get("leftOut")
            if out:
                left_out += out["entries"]
                self.assertLessEqual(int(out["first"]), int(out["last"]))
            self.assertGreaterEqual(frame["matched"], len(sent) + left_out)
            if len(sent) - taken >= 10_000 or len(sent) + left_out >= total or taken < len(sent):
                taken = len(sent)
                live.socket.sendall(text_frame(f"taken {taken}"))
        self.assertEqual(len(sent) + left_out, total)
        self.assertEqual(len(set(sent)), len(sent))
        self.assertEqual(frame["matched"], total)

    def read_until(self, live, total):
        lines = left_out = 0
        while lines + left_out < total:
            frame = next_json(live)
            lines += len(frame["lines"])
            left_out += frame.get("leftOut", {}).get("entries", 0)
            self.assertEqual(frame["matched"], lines + left_out)
            live.socket.sendall(text_frame(f"taken {lines}"))
        return lines, left_out

    def test_a_page_that_is_behind_is_told_of_lines_that_matched_and_of_no_others(self):
        query = '{service="api"} |= "wanted"'
        live, other = (Tail(self.server, query, path="/api/live", start=time.time_ns()) for _ in range(2))
        self.addCleanup(live.close)
        self.addCleanup(other.close)
        for first in range(0, 80_000, 4000):
            now = time.time_ns()
            self.push("api", "info", [(now + i, f"{'wanted' if i % 2 else 'other'} {first + i}") for i in range(4000)])
        # When one page has been told of all lines, the other, which took none, has missed some.
        self.read_until(other, 40_000)
        lines, left_out = self.read_until(live, 40_000)
        self.assertEqual(lines + left_out, 40_000)
        self.assertGreater(left_out, 0)

    def test_export_has_the_whole_result_in_every_form(self):
        now = time.time_ns()
        # More than a page of the export, many at one instant, and cells that would break a table.
        lines = [(now + i // 3000, f"line {i}") for i in range(25_000)] + [(now + 10**6, '=cmd,"x"')]
        for first in range(0, len(lines), 5000):
            self.push("api", "info", lines[first:first + 5000], host="h1")
        params = {"query": '{service="api"}', "start": now, "end": now + 10**9}
        status, body, headers = self.server.get("/api/export", params)
        self.assertEqual(status, 200)
        self.assertIn("attachment", headers["Content-Disposition"])
        self.assertEqual(sorted(body.splitlines()), sorted(text for _, text in lines))
        rows = [json.loads(line) for line in self.server.get("/api/export", {**params, "format": "ndjson"})[1].splitlines()]
        self.assertEqual([row["line"] for row in rows], body.splitlines())
        self.assertEqual(rows[0]["labels"]["host"], "h1")
        table = list(csv.DictReader(io.StringIO(self.server.get("/api/export", {**params, "format": "csv"})[1])))
        self.assertEqual(len(table), len(lines))
        self.assertEqual((table[-1]["line"], table[-1]["service"]), ("'=cmd,\"x\"", "api"))
        self.assertEqual(len(self.server.get("/api/export", {**params, "limit": 7})[1].splitlines()), 7)
        self.assertEqual(self.server.get("/api/export", {**params, "query": '{service="none"}'})[1], "")
        for bad in ({"format": "xlsx"}, {"query": "{"}, {"query": 'rate({a="b"}[1m])'}):
            self.assertEqual(self.server.get("/api/export", {**params, **bad})[0], 400, bad)


if __name__ == "__main__":
    unittest.main()
