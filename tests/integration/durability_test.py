"""Faults that only a real process and a real disk have: kill -9 under load, again and again, and a disk that is full.

LOGSVC_KILL_ROUNDS: how often the server is killed (10; scripts/test --long: 100).
"""
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from support import Server

ROUNDS = int(os.environ.get("LOGSVC_KILL_ROUNDS", "10"))


class KillUnderLoad(unittest.TestCase):
    def test_no_acknowledged_line_is_lost_or_doubled(self):
        server = Server("--auth", "off", "--retention", "0", "--max-entries", "1000000")
        self.addCleanup(server.close)
        counts = {}
        for number in range(ROUNDS):
            counts[number] = self.load_and_kill(server, number)
            server.start()
            self.check(server, number, counts[number])
        for number, acknowledged in counts.items():
            self.check(server, number, acknowledged)

    def load_and_kill(self, server, number):
        """Lines that were acknowledged before the kill."""
        acknowledged, base, dying = [], time.time_ns() - 10**10, threading.Event()

        def write(writer):
            for i in range(100000):
                lines = [f"round {number} writer {writer} push {i} line {n}" for n in range(20)]
                try:
                    pushed = server.push(({"round": str(number), "w": str(writer)},
                                          [(base + i * 1000 + n, line) for n, line in enumerate(lines)]))
                except OSError:
                    return
                if pushed[0] == 204:
                    acknowledged.extend(lines)
                elif not dying.is_set():
                    raise AssertionError(pushed)

        def seal():
            while not dying.wait(random.uniform(0.01, 0.2)):
                try:
                    server.request("POST", "/flush")
                except OSError:
                    return

        threads = [threading.Thread(target=write, args=(n,)) for n in range(3)] + [threading.Thread(target=seal)]
        for t in threads:
            t.start()
        while len(acknowledged) < 200:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.5))  # not a wait for anything: the moment of the kill
        dying.set()
        server.stop(signal.SIGKILL)
        for t in threads:
            t.join()
        return acknowledged

    def check(self, server, number, acknowledged):
        found = [line for _, line in server.lines(f'{{round="{number}"}}', limit=1000000)]
        self.assertEqual(len(found), len(set(found)), f"round {number}: lines are doubled")
        self.assertEqual(set(acknowledged) - set(found), set(), f"round {number}: lines are lost")


class DamagedJournal(unittest.TestCase):
    """The journal's files are damaged or gone: what is acknowledged afterwards survives further kills, and what is missing is said."""

    def setUp(self):
        self.server = Server("--auth", "off", "--retention", "0")
        self.addCleanup(self.server.close)
        self.base = time.time_ns() - 10**11
        self.pushed = 0
        self.push(10)
        self.assertIn(self.server.request("POST", "/flush")[0], (200, 204))
        self.push(50)
        self.server.stop(signal.SIGKILL)

    def push(self, n):
        for _ in range(n):
            line = (self.base + self.pushed, f"line {self.pushed}")
            self.assertEqual(self.server.push(({"job": "journal"}, [line]))[0], 204)
            self.pushed += 1

    def segments(self):
        directory = self.server.data_dir + "/journal"
        return sorted(directory + "/" + name for name in os.listdir(directory) if name.endswith(".journal"))

    def flip(self, path, at):
        with open(path, "r+b") as f:
            f.seek(at)
            byte = f.read(1)[0]
            f.seek(at)
            f.write(bytes([byte ^ 1]))

    def found(self):
        return [line for _, line in self.server.lines('{job="journal"}')]

    def lost_records(self):
        name = "logsvc_store_lost_journal_records_total "
        return next(int(line[len(name):]) for line in self.server.get("/metrics")[1].split("\n") if line.startswith(name))

    def check(self, left, lost, said):
        """After the harm: as many lines are left, and none that is pushed now is lost."""
        self.server.start()
        before = self.found()
        self.assertEqual(len(before), left)
        self.assertEqual(self.lost_records(), lost)
        self.assertIn(said, self.server.log_text())
        for flush in (False, True):
            self.push(60)
            if flush:
                self.server.request("POST", "/flush")
            self.server.stop(signal.SIGKILL)
            self.server.start()
            left += 60
            self.assertEqual(len(self.found()), left)
        self.assertEqual(set(before) - set(self.found()), set())

    def test_the_directory_is_removed(self):
        shutil.rmtree(self.server.data_dir + "/journal")
        self.check(10, 50, "the journal is missing")

    def test_the_last_segment_is_moved_away(self):
        os.rename(self.segments()[-1], self.server.dir.name + "/moved")
        self.check(10, 50, "the journal is missing")

    def test_the_journal_is_shorter_than_what_was_acknowledged(self):
        """As after a power cut under --sync-interval."""
        os.truncate(self.segments()[-1], 200)
        self.check(10, 50, "the end of the journal is missing")

    def test_a_byte_is_flipped_in_a_record_that_is_in_files(self):
        self.flip(self.segments()[-1], 100)
        self.check(60, 0, "chunk files have the lines")

    def test_a_byte_is_flipped_in_a_record_that_is_in_no_file(self):
        segment = self.segments()[-1]
        self.flip(segment, os.path.getsize(segment) // 2)
        self.check(59, 1, "the journal is corrupt: acknowledged records are lost")
        self.assertIn(segment, self.server.log_text())

    def test_the_header_is_damaged(self):
        self.flip(self.segments()[-1], 8)
        self.check(60, 0, "")


class FullDisk(unittest.TestCase):
    """A disk of 8 MB of its own."""

    def setUp(self):
        self.disk = tempfile.mkdtemp(prefix="logsvc-disk-")
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", self.disk], capture_output=True, text=True)
        if mounted.returncode != 0:
            os.rmdir(self.disk)
            self.skipTest("cannot mount a small disk: " + mounted.stderr.strip())
        self.addCleanup(os.rmdir, self.disk)
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)

    def test_pushes_are_refused_reading_goes_on_and_room_heals_it(self):
        server = Server("--auth", "off", "--retention", "0", data_dir=self.disk + "/data")
        self.addCleanup(server.close)
        base, sent, status = time.time_ns() - 10**10, [], 204
        while status == 204 and len(sent) < 1000:
            line = f"{len(sent)} " + os.urandom(20000).hex()  # cannot be made smaller
            status = server.push(({"t": "full"}, [(base + len(sent), line)]))[0]
            if status == 204:
                sent.append(line)
        self.assertEqual(status, 503)
        self.assertGreater(len(sent), 50)
        found = [line for _, line in server.lines('{t="full"}')]
        self.assertEqual(found[:len(sent)], sent)
        server.stop(signal.SIGKILL)
        subprocess.run(["mount", "-o", "remount,size=64m", self.disk], check=True)
        server.start()
        self.assertEqual(server.push(({"t": "full"}, [(base + 5000, "after")]))[0], 204)
        self.assertEqual(server.request("POST", "/flush")[0], 204)
        found = [line for _, line in server.lines('{t="full"}')]
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual([line for line in found if line in set(sent)], sent)
        self.assertEqual(found[-1], "after")


if __name__ == "__main__":
    unittest.main()
