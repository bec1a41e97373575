"""Disks that fail, fill up, forget what was not synced, and cannot be written: no acknowledged line is lost or doubled, and
what is missing in an answer is said.

LOGSVC_KILL_ROUNDS: how often the power goes or the server is killed (6; scripts/test --long: 100).
"""
import errno
import http.client
import json
import os
import random
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from shim import Disk
from support import Server, Tail, wait_until

ROUNDS = int(os.environ.get("LOGSVC_KILL_ROUNDS", "6"))
OPTIONS = ("--auth", "off", "--retention", "0", "--max-entries", "1000000")


class FaultyDisk(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="logsvc-faulty-")
        self.addCleanup(self.dir.cleanup)
        self.disk = Disk(self.dir.name + "/data")
        self.addCleanup(self.disk.close)
        self.base, self.sent, self.acknowledged = time.time_ns() - 10**11, 0, []

    def start(self, *more):
        server = Server(*OPTIONS, *more, env=self.disk.env, data_dir=self.disk.root)
        self.addCleanup(server.close)
        return server

    def push(self, server, lines=20, days=1):
        """Lines of several days; the status."""
        texts = [f"line {self.sent + n} {'x' * random.randrange(100)}" for n in range(lines)]
        values = [(self.base - (n % days) * 86400 * 10**9 + self.sent + n, text) for n, text in enumerate(texts)]
        self.sent += lines
        status = server.push(({"t": "disk"}, values))[0]
        if status == 204:
            self.acknowledged += texts
        return status

    def check(self, server):
        found = [line for _, line in server.lines('{t="disk"}', limit=1000000)]
        self.assertEqual(len(found), len(set(found)), "lines are doubled")
        self.assertEqual(set(self.acknowledged) - set(found), set(), "lines are lost")

    def test_each_call_that_fails_loses_nothing(self):
        server = self.start()
        for call in ("write", "writev", "pwrite", "fdatasync", "fsync", "syncfs", "rename", "create", "open"):
            for number in (errno.EIO, errno.ENOSPC, errno.EROFS, errno.EMFILE):
                with self.subTest(call=call, error=errno.errorcode[number]):
                    self.assertEqual(self.push(server), 204)
                    self.disk.fail(call, number)
                    statuses = {self.push(server, days=12) for _ in range(3)}
                    self.assertLessEqual(statuses, {204, 503})
                    self.assertIn(server.request("POST", "/flush")[0], (204, 403, 500, 503))
                    self.disk.fail()
                    self.assertEqual(wait_until("it goes on", lambda: self.push(server) == 204, server.log_text), True)
                    self.check(server)
        self.assertEqual(wait_until("all goes into files", lambda: server.request("POST", "/flush")[0], server.log_text), 204)
        server.stop(signal.SIGKILL)
        server.start()
        self.check(server)

    def test_the_power_goes_again_and_again(self):
        server = self.start()
        for number in range(ROUNDS):
            dying = threading.Event()

            def load():
                while not dying.is_set():
                    try:
                        self.push(server, lines=random.randrange(1, 40), days=random.choice((1, 1, 3, 12)))
                    except (OSError, http.client.HTTPException):
                        return

            def seal():
                while not dying.wait(random.uniform(0.01, 0.2)):
                    try:
                        server.request("POST", "/flush")
                    except (OSError, http.client.HTTPException):
                        return

            before = len(self.acknowledged)
            threads = [threading.Thread(target=load), threading.Thread(target=seal)]
            for t in threads:
                t.start()
            wait_until("lines are stored", lambda: len(self.acknowledged) > before + 100)
            time.sleep(random.uniform(0, 0.5))  # not a wait for anything: the moment of the cut
            server.process.send_signal(signal.SIGKILL)
            server.process.wait(timeout=30)
            dying.set()
            for t in threads:
                t.join()
            server.log.close()
            self.disk.cut_power()
            server.start()
            with self.subTest(round=number):
                self.check(server)

    def test_what_cannot_be_read_is_said_by_every_answer(self):
        server = self.start()
        self.push(server, lines=500)
        self.assertEqual(server.request("POST", "/flush")[0], 204)
        self.push(server, lines=5)
        server.stop()
        server.start()
        self.disk.fail("pread", errno.EIO, ".chunk")
        params = {"query": '{t="disk"}', "start": self.base - 10**12, "end": time.time_ns(), "limit": 1000}
        for path in ("/loki/api/v1/query_range", "/api/prom/query", "/loki/api/v1/patterns", "/loki/api/v1/detected_fields"):
            with self.subTest(path=path):
                status, body, _ = server.get(path, params)
                self.assertEqual(status, 200)
                self.assertIn("cannot be read", json.loads(body)["warnings"][0])
        count = {**params, "query": 'sum(count_over_time({t="disk"} |= "line" [1h]))', "time": params["end"]}
        status, body, _ = server.get("/loki/api/v1/query", count)
        self.assertIn("cannot be read", json.loads(body)["warnings"][0])
        for form in ("txt", "ndjson", "csv"):
            with self.subTest(export=form):
                self.check_export(server, {**params, "format": form})
        tail = Tail(server, '{t="disk"}', start=params["start"], limit=1000)
        self.addCleanup(tail.close)
        first = next(payload for opcode, payload in iter(tail.frame, None) if opcode == 1)
        self.assertIn("cannot be read", json.loads(first)["warnings"][0])
        self.disk.fail()
        self.check(server)

    def check_export(self, server, params):
        """The lines that can be read, what is missing, and no whole end."""
        params = {k: v for k, v in params.items() if k != "limit"}
        with self.assertRaises(http.client.IncompleteRead) as cut:
            server.get("/api/export", params)
        text = cut.exception.partial.decode()
        self.assertEqual(sum("line 50" in line for line in text.splitlines()), 5)
        self.assertIn("lines are missing in this file", text.splitlines()[-1])
        self.assertIn("cannot be read", text.splitlines()[-1])


class LimitedProcess(unittest.TestCase):
    def test_descriptors_run_out(self):
        server = Server(*OPTIONS, wrap=("prlimit", "--nofile=40:40"))
        self.addCleanup(server.close)
        base, kept, acknowledged = time.time_ns() - 10**11, [], []
        self.addCleanup(lambda: [c.close() for c in kept])
        for n in range(60):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=1)
            kept.append(connection)
            body = json.dumps({"streams": [{"stream": {"t": "fd"}, "values": [[str(base + n), f"line {n}"]]}]})
            try:
                connection.request("POST", "/loki/api/v1/push", body, {"Content-Type": "application/json"})
                if connection.getresponse().status == 204:
                    acknowledged.append(f"line {n}")
            except (OSError, http.client.HTTPException):
                pass
        self.assertIsNone(server.process.poll())
        for connection in kept:
            connection.close()
        self.assertGreater(len(acknowledged), 5)

        def pushes():
            try:
                return server.push(({"t": "fd"}, [(base + 1000, "after")]))[0] == 204
            except (OSError, http.client.HTTPException):
                return False
        wait_until("it goes on when there are some again", pushes, server.log_text)
        server.stop(signal.SIGKILL)
        server.start()
        self.assertLessEqual({*acknowledged, "after"}, {line for _, line in server.lines('{t="fd"}')})

    def test_a_disk_that_is_mounted_read_only_ends_the_start_with_its_name(self):
        place = tempfile.mkdtemp(prefix="logsvc-ro-")
        self.addCleanup(os.rmdir, place)
        if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True).returncode != 0:
            self.skipTest("cannot mount a disk")
        self.addCleanup(subprocess.run, ["umount", place], check=True)
        server = Server(*OPTIONS, data_dir=place + "/data")
        self.addCleanup(server.close)
        line = ({"t": "ro"}, [(time.time_ns() - 10**9, "kept")])
        self.assertEqual(server.push(line)[0], 204)
        server.stop()
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        with self.assertRaises(RuntimeError):
            server.start()
        self.assertIn("cannot start", server.log_text())
        self.assertIn(place + "/data", server.log_text().splitlines()[-1])
        self.assertIn("Read-only", server.log_text().splitlines()[-1])
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        server.start()
        self.assertEqual([text for _, text in server.lines('{t="ro"}')], ["kept"])


class DeletingUnderKill(unittest.TestCase):
    def test_what_is_deleted_does_not_come_back_and_nothing_else_goes(self):
        server = Server("--auth", "off", "--retention", "72h", "--max-entries", "1000000", "--delete-request-cancel-period", "0",
                        "--window-age", "1s", "--memory", "16MB")
        self.addCleanup(server.close)
        now = time.time_ns() - 10**9
        kept, deleted = set(), set()
        for number in range(ROUNDS):
            values = []
            for n in range(300):
                day = (0, 1, 10)[n % 3]  # the last is past the retention when it comes
                text = f"round {number} {'secret' if n % 5 == 0 else 'plain'} {n} {'old' if day == 10 else 'young'}"
                values.append((now - day * 86400 * 10**9 + number * 1000 + n, text))
                if day != 10 and n % 5 != 0:
                    kept.add(text)
            self.assertEqual(server.push(({"t": "delete"}, values))[0], 204)
            asked = server.request("POST", "/loki/api/v1/delete?query=" + "%7Bt%3D%22delete%22%7D%20%7C%3D%20%22round%20" +
                                   f"{number}%20secret%22&start={now // 10**9 - 2 * 86400}")
            self.assertEqual(asked[0], 204, asked)
            deleted |= {text for _, text in values if "secret" in text}
            time.sleep(random.uniform(0, 1.5))  # not a wait for anything: the moment of the kill
            server.stop(signal.SIGKILL)
            server.start()
            found = [line for _, line in server.lines('{t="delete"}', limit=1000000)]
            with self.subTest(round=number):
                self.assertEqual(len(found), len(set(found)), "lines are doubled")
                self.assertEqual(kept - set(found), set(), "lines are lost")
                self.assertEqual({f for f in found if "young" in f} & deleted, set(), "deleted lines are back")
        wait_until("what is past the retention goes",
                   lambda: not any("old" in line for _, line in server.lines('{t="delete"}', limit=1000000)), server.log_text)


if __name__ == "__main__":
    unittest.main()
