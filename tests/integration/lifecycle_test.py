"""What becomes of lines: delete requests by HTTP, and the files as `logsvc inspect` shows them."""
import glob
import json
import subprocess
import time
import unittest
import urllib.parse

from support import BINARY, Server


def inspect(*args):
    done = subprocess.run([BINARY, "inspect", *args], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


class DeleteRequests(unittest.TestCase):
    def call(self, server, method, **params):
        return server.request(method, "/loki/api/v1/delete?" + urllib.parse.urlencode(params))

    def listed(self, server):
        status, body, headers = self.call(server, "GET")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        return json.loads(body)

    def test_lines_are_hidden_at_once_and_then_gone_for_good(self):
        server = Server("--auth", "off", "--retention", "0", "--delete-request-cancel-period", "0")
        self.addCleanup(server.close)
        now = time.time_ns()
        server.push(({"a": "b"}, [(now - 3 * 10**9, "keep"), (now - 2 * 10**9, "secret 1")]))
        server.request("POST", "/flush")
        server.push(({"a": "b"}, [(now - 10**9, "secret 2")]), ({"a": "other"}, [(now - 10**9, "secret of another")]))
        start = now // 10**9 - 60
        status, body, headers = self.call(server, "POST", query='{a="b"} |= "secret"', start=start)
        self.assertEqual((status, body), (204, ""))
        self.assertEqual([line for _, line in server.lines('{a=~".+"}')], ["keep", "secret of another"])
        deadline = time.time() + 60
        while self.listed(server)[0]["status"] != "processed" and time.time() < deadline:
            time.sleep(0.1)
        item = self.listed(server)[0]
        self.assertEqual(item["request_id"], headers["X-Delete-Request-Id"])
        self.assertEqual((item["status"], item["query"], item["start_time"], item["user_id"]),
                         ("processed", '{a="b"} |= "secret"', start, ""))
        self.assertEqual(self.call(server, "DELETE", request_id=item["request_id"], force="true")[:2],
                         (400, "deletion of request which is in process or already processed is not allowed\n"))
        server.stop()
        server.start()
        self.assertEqual([line for _, line in server.lines('{a=~".+"}')], ["keep", "secret of another"])

    def test_a_request_can_be_taken_back(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        now = time.time_ns()
        server.push(({"a": "b"}, [(now - 10**9, "line")]))
        identity = self.call(server, "PUT", query='{a="b"}', start="2020-01-01T00:00:00Z")[2]["X-Delete-Request-Id"]
        self.assertEqual(server.lines('{a="b"}'), [])
        self.assertEqual(self.listed(server)[0]["status"], "received")
        self.assertEqual(self.call(server, "GET", start="1000000000", end="1000000001")[1], "[]\n")
        self.assertEqual(self.call(server, "DELETE", request_id=identity)[0], 204)
        self.assertEqual([line for _, line in server.lines('{a="b"}')], ["line"])
        self.assertEqual(self.listed(server), [])

    def test_bad_requests_say_why_as_loki_does(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        good = {"query": '{a="b"}', "start": "1700000000"}
        for change, text in [({"query": ""}, "query not set"), ({"query": "{"}, "invalid query expression"),
                             ({"query": 'rate({a="b"}[1m])'}, "invalid query expression"), ({"start": ""}, "start time not set"),
                             ({"start": "1700000000000000000"}, "invalid start time: require unix seconds or RFC3339 format"),
                             ({"end": "soon"}, "invalid end time: require unix seconds or RFC3339 format"),
                             ({"end": "2100-01-01T00:00:00Z"}, "deletes in the future are not allowed"),
                             ({"end": "1700000000"}, "start time can't be greater than or equal to end time")]:
            self.assertEqual(self.call(server, "POST", **{**good, **change})[:2], (400, text + "\n"))
        self.assertEqual(server.request("POST", "/loki/api/v1/delete", urllib.parse.urlencode(good),
                                        {"Content-Type": "application/x-www-form-urlencoded"})[:2], (400, "query not set\n"))
        self.assertEqual(self.call(server, "DELETE", request_id="01234567")[:2], (404, "could not find delete request with given id\n"))
        self.assertEqual(self.call(server, "DELETE")[0], 400)
        self.assertEqual(self.call(server, "GET", start="nonsense")[0], 400)

    def test_it_can_be_switched_off(self):
        server = Server("--auth", "off", "--deletion-mode", "disabled")
        self.addCleanup(server.close)
        self.assertEqual(self.call(server, "GET")[:2], (403, "deletion is not available for this tenant\n"))


class Inspect(unittest.TestCase):
    def test_every_file_of_the_store_can_be_printed(self):
        server = Server("--auth", "off", "--retention", "0")
        self.addCleanup(server.close)
        now = time.time_ns()
        lines = [f'{{"level":"info","user":{i},"id":"{i:08x}-0000-4000-8000-{i:012x}","text":"a line of some length"}}' for i in range(1000)]
        server.push(({"a": "b"}, [(now + i, line) for i, line in enumerate(lines)]))
        server.request("POST", "/flush")
        server.push(({"a": "b"}, [(now + 5000, "in the journal")]))
        server.request("POST", "/loki/api/v1/delete?query=%7Ba%3D%22none%22%7D&start=1700000000")
        server.stop()
        (chunk,) = glob.glob(server.data_dir + "/chunks/*/*.chunk")
        code, text = inspect(chunk)
        self.assertEqual(code, 0, text)
        for part in ["1 blocks, 1000 rows", 'stream {a="b"', "codec templates", "UUID", "integer", "column 0", "template"]:
            self.assertIn(part, text)
        self.assertNotIn(lines[7], text)
        code, text = inspect(chunk, "--lines")
        self.assertEqual(sum(line in text for line in lines), 1000)
        journal = sorted(glob.glob(server.data_dir + "/journal/*"))[-1]
        code, text = inspect("--lines", journal)
        self.assertEqual(code, 0, text)
        self.assertIn("in the journal", text)
        code, text = inspect(server.data_dir + "/index.db")
        self.assertEqual(code, 0, text)
        self.assertIn(chunk.split("/")[-1], text)
        code, text = inspect(server.data_dir + "/deletions")
        self.assertEqual((code, '{a="none"}' in text), (0, True), text)

        damaged = server.data_dir + "/damaged"
        with open(chunk, "rb") as f:
            content = f.read()
        for cut in (len(content) // 2, len(content) - 1):
            with open(damaged, "wb") as f:
                f.write(content[:cut])
            code, text = inspect(damaged)
            self.assertEqual((code, "DAMAGED" in text), (1, True), text)
        with open(damaged, "wb") as f:
            f.write(content[:-200] + bytes([content[-200] ^ 1]) + content[-199:])
        code, text = inspect("--lines", damaged)
        self.assertEqual((code, "DAMAGED" in text), (1, True), text)

    def test_what_is_none_of_its_files_is_refused(self):
        self.assertEqual(inspect("/nowhere")[0], 1)
        self.assertEqual(inspect(__file__)[0], 1)
        self.assertEqual(inspect()[0], 2)


class Settings(unittest.TestCase):
    def test_rules_of_retention_are_checked(self):
        for rules, text in [("{", "selector"), ('{a="b"}', "{a=\"b\"}"), ('{a="b"} 1h', "at least 24h"), ('{a="b"} 48h x', "priority")]:
            done = subprocess.run([BINARY, "server", "--print-config", "--retention-stream", rules], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 78, rules)
            self.assertIn(text, done.stderr)
            self.assertIn("--retention-stream", done.stderr)
        done = subprocess.run([BINARY, "server", "--print-config", "--retention-stream", '{level="debug", a="x;y"} 72h; {service=~"a.*"} 90d 10'],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
