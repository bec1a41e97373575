"""logsvc query and its kin against the real server."""
import json
import os
import pty
import signal
import subprocess
import tempfile
import time
import unittest

from support import BINARY, Server, free_port

SECOND = 10**9


class Cli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off", "--retention", "0")
        cls.addClassCleanup(cls.server.close)
        cls.base = (time.time_ns() // SECOND - 600) * SECOND
        cls.server.push(
            ({"app": "shop", "level": "info"}, [(cls.base + i * SECOND, f"paid {i} by user_id_{i}") for i in range(60)]),
            ({"app": "shop", "level": "error"}, [(cls.base + 30 * SECOND, 'level=error msg="card refused" took=12ms')]),
            ({"other": "stream"}, [(cls.base + 5 * SECOND, "somewhere else user_id_3 too")]))

    def run_cli(self, *args, env=None, stdin=None):
        env = {"PATH": os.environ["PATH"], "LOKI_ADDR": f"http://127.0.0.1:{self.server.port}", "TZ": "Asia/Seoul", **(env or {})}
        return subprocess.run([BINARY, *args], capture_output=True, text=True, env=env, timeout=60, input=stdin)

    def test_a_command_line_of_promtail(self):
        with tempfile.TemporaryDirectory() as folder:
            log, path = f"{folder}/a.log", f"{folder}/promtail.yaml"
            with open(log, "w") as f:
                f.write("one\n")
            with open(path, "w") as f:
                f.write("clients: [{url: 'http://h/x', external_labels: {a: file}, basic_auth: {username: u, password: hush}}]\n"
                        "scrape_configs:\n- job_name: j\n  static_configs: [{labels: {job: j, __path__: '%s'}}]\n" % log)
            flags = [f"-config.file={folder}/none.yaml,{path}", "-config.expand-env=true", "-client.external-labels=a=b,c=d",
                     "-server.http-listen-port=0", f"-positions.file={folder}/p/positions.yaml", "-print-config-stderr"]
            tried = self.run_cli("agent", *flags, "-dry-run")
            self.assertEqual((tried.returncode, tried.stdout.split("\t", 1)[1]), (0, '{filename="%s", job="j"}\tone\n' % log))
            self.assertIn("external_labels", tried.stderr)
            self.assertNotIn("hush", tried.stderr)
            wrong = self.run_cli("agent", f"-config.file={path}", "-client.external-labels=nonsense", "-dry-run")
            self.assertEqual(wrong.returncode, 78)
            self.assertIn("nonsense is no name=value", wrong.stderr)

    def test_settings_that_have_the_name_of_a_flag_of_promtail(self):
        for written in (["--max-line-size", "4MB"], ["--max-line-size=4MB"], ["-max-line-size=4MB"]):
            with self.subTest(written):
                with tempfile.TemporaryDirectory() as folder:
                    tried = subprocess.run([BINARY, "agent", "--docker", "none", "--data-dir", folder, *written, "--dry-run", "--stdin"],
                                           capture_output=True, text=True, timeout=60, input="a" * 300_000 + "\n")
                self.assertEqual(tried.returncode, 0, tried.stderr)
                self.assertIn("a" * 300_000, tried.stdout)

    def output(self, *args, **more):
        done = self.run_cli(*args, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_query_prints_the_newest_lines_first_with_common_labels_said_once(self):
        done = self.run_cli("query", '{app="shop"} |= "paid"', "--limit", "3", "-z", "UTC")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 3)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.base / SECOND + 59))
        self.assertEqual(lines[0], stamp + " {} paid 59 by user_id_59")
        self.assertIn('Common labels: {app="shop"', done.stderr)
        self.assertEqual(self.run_cli("query", '{app="shop"}', "-q").stderr, "")

    def test_all_lines_come_in_batches_in_either_order(self):
        for order in [[], ["--forward"]]:
            lines = self.output("query", '{app="shop"} |= "paid"', "--limit", "0", "--batch", "7", "-o", "raw", *order).splitlines()
            wanted = [f"paid {i} by user_id_{i}" for i in range(60)]
            self.assertEqual(lines, wanted if order else wanted[::-1])

    def test_words_are_looked_for_in_every_stream(self):
        lines = self.output("query", "user_id_3", "-o", "raw").splitlines()
        self.assertIn("somewhere else user_id_3 too", lines)
        self.assertIn("paid 3 by user_id_3", lines)
        self.assertEqual(self.output("query", "card", "refused", "-o", "raw").strip(), 'level=error msg="card refused" took=12ms')

    def test_jsonl_and_labels(self):
        rows = [json.loads(row) for row in self.output("query", '{app="shop", level="error"}', "-o", "jsonl", "-z", "UTC").splitlines()]
        self.assertEqual(rows[0]["line"], 'level=error msg="card refused" took=12ms')
        self.assertEqual(rows[0]["labels"]["level"], "error")
        self.assertTrue(rows[0]["timestamp"].endswith("Z"))
        shown = self.output("query", '{app="shop"}', "--include-label", "level", "--limit", "40")
        self.assertIn('{level="error"}', shown)
        self.assertNotIn("{", self.output("query", '{app="shop"}', "--no-labels"))
        self.assertIn("+09:00 ", self.output("query", '{app="shop"}'))

    def test_colours_only_where_they_are_wanted(self):
        self.assertNotIn("\x1b", self.output("query", '{app="shop"}'))
        self.assertIn("\x1b[31mlevel=error", self.output("query", '{app="shop"}', "--colored-output", "--limit", "40"))

    def own_server(self):
        """For tests that push what others would see."""
        self.server = Server("--auth", "off", "--retention", "0")
        self.addCleanup(self.server.close)

    def on_a_terminal(self, *args):
        """What a command writes to a terminal, raw."""
        terminal, end = pty.openpty()
        env = {"PATH": os.environ["PATH"], "LOKI_ADDR": f"http://127.0.0.1:{self.server.port}", "TERM": "xterm"}
        process = subprocess.Popen([BINARY, *args], stdin=subprocess.DEVNULL, stdout=end, stderr=end, env=env)
        os.close(end)
        out = b""
        try:
            while piece := os.read(terminal, 65536):
                out += piece
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(terminal)
        self.assertEqual(process.wait(), 0, out)
        return out

    def test_a_terminal_is_not_steered_by_data(self):
        self.own_server()
        evil = "a\x1b]0;owned\x07b\x9b2J\u202ec\x1b[2Jd"
        self.server.push(({"app": "evil", "title": evil}, [(self.base, json.dumps({"u": evil}) + evil), (self.base + 1, "plain")]))
        for command in (["query", '{app="evil"}'], ["query", '{app="evil"}', "-o", "raw"], ["query", '{app="evil"}', "-o", "jsonl"],
                        ["query", '{app="evil"} | json'], ["series", '{app="evil"}'], ["labels", "title"],
                        ["series", "--analyze-labels"], ["instant-query", 'count_over_time({app="evil"}[1h])']):
            out = self.on_a_terminal(*command)
            self.assertTrue(out, command)
            for bad in (b"\x1b]", b"\x1b[2", b"\x07", "\x9b".encode(), "\u202e".encode()):
                self.assertNotIn(bad, out, command)
        self.assertIn(evil, self.output("query", '{app="evil"}', "-o", "raw"))

    def test_lines_an_interval_apart_come_to_the_last(self):
        self.own_server()
        # The server thins hour by hour, as Loki does: all lines lie in one hour, the one before this.
        hour = (time.time_ns() // SECOND // 3600 - 1) * 3600
        self.server.push(({"app": "ticks"}, [((hour + i * 15) * SECOND, f"tick {i}") for i in range(40)]))
        span = [f"--{side}=" + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(hour + after)) for side, after in (("from", 0), ("to", 3600))]
        for direction, first, last in ((["--forward"], 0, 36), ([], 39, 3)):
            for batch in ("1000", "7"):
                lines = self.output("query", '{app="ticks"}', "--interval", "60s", "--limit", "0", "--batch", batch, "-o", "raw", *direction, *span).split("\n")
                self.assertEqual((len(lines), lines[0], lines[9]), (11, f"tick {first}", f"tick {last}"))

    def test_times(self):
        middle = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.base / SECOND + 10))
        lines = self.output("query", '{app="shop"}', "--to", middle, "--since", "5s", "-o", "raw").splitlines()
        self.assertEqual(lines, [f"paid {i} by user_id_{i}" for i in range(9, 4, -1)])
        self.assertEqual(self.output("query", '{app="shop"}', "--from", middle, "--to", middle), "")

    def test_a_time_zone_that_nobody_knows(self):
        for zone in ("Asia/Soul", "../etc/passwd", "KST9", ""):
            done = self.run_cli("query", '{app="shop"}', "-z", zone)
            self.assertEqual(done.returncode, 2)
            self.assertIn("unknown time zone", done.stderr)

    def test_numbers(self):
        result = json.loads(self.output("query", 'sum(count_over_time({app="shop"}[1m]))', "--step", "60s"))
        self.assertTrue(result[0]["values"])
        result = json.loads(self.output("instant-query", 'sum(count_over_time({app="shop"}[1h]))'))
        self.assertEqual(result[0]["value"][1], "61")

    def test_what_a_server_holds(self):
        self.assertEqual(self.output("labels").splitlines(), ["app", "level", "other", "service_name"])
        self.assertEqual(self.output("labels", "app").splitlines(), ["shop"])
        self.assertIn('{app="shop", level="error", service_name="shop"}', self.output("series", '{app="shop"}').splitlines())
        self.assertIn("Total streams: 3", self.output("series", "--analyze-labels"))
        self.assertIn("  streams: 2\n  entries: 61", self.output("stats", '{app="shop"}'))
        volume = json.loads(self.output("volume", '{app="shop"}', "--targetLabels", "level"))
        self.assertEqual({v["metric"]["level"] for v in volume}, {"info", "error"})
        self.assertTrue(json.loads(self.output("volume_range", '{app="shop"}', "--step", "1m"))[0]["values"])
        self.assertIn("label: took\t\ttype: duration", self.output("detected-fields", '{level="error"}'))

    def test_fmt_needs_no_server(self):
        self.assertEqual(self.output("fmt", 'sum by(a)(rate({b="c"}[1m]))'), 'sum by (a)(rate({b="c"}[1m]))\n')
        self.assertEqual(self.output("fmt", stdin='{a="b"}|="c"'), '{a="b"} |= "c"\n')
        self.assertEqual(self.run_cli("fmt", "{a").returncode, 1)

    def test_exit_codes(self):
        away = {"LOKI_ADDR": f"http://127.0.0.1:{free_port()}"}
        for command in [["query", '{a="b"}'], ["labels"], ["tail", '{a="b"}']]:
            done = self.run_cli(*command, env=away)
            self.assertEqual(done.returncode, 69, done.stderr)
            self.assertIn("cannot reach http://127.0.0.1", done.stderr)
        for wrong in [["query"], ["query", '{a="b"}', "--since", "soon"], ["query", '{a="b"}', "-o", "xml"],
                      ["query", '{a="b"}', "--addr", "ftp://x"], ["query", '{a="b"}', "--no-such-flag"]]:
            self.assertEqual(self.run_cli(*wrong).returncode, 2, wrong)
        refused = self.run_cli("query", '{a="b"')
        self.assertEqual(refused.returncode, 1)
        self.assertIn("parse error at line 1, col 7", refused.stderr)

    def test_password_from_the_environment_and_tokens_from_files(self):
        with tempfile.TemporaryDirectory() as folder:
            locked = Server("--auth", "password", env={"LOGSVC_ADMIN_PASSWORD": "a long enough secret"})
            try:
                env = {"LOKI_ADDR": f"http://127.0.0.1:{locked.port}"}
                refused = self.run_cli("labels", env=env)
                self.assertEqual((refused.returncode, "401" in refused.stderr), (1, True))
                opened = self.run_cli("labels", env={**env, "LOKI_PASSWORD": "a long enough secret"})
                self.assertEqual(opened.returncode, 0, opened.stderr)
            finally:
                locked.close()
            missing = self.run_cli("labels", "--bearer-token-file", folder + "/none")
            self.assertIn("cannot read the token", missing.stderr)

    def test_tail_follows_and_comes_back(self):
        server = Server("--auth", "off", "--retention", "0")
        env = {"PATH": os.environ["PATH"], "LOKI_ADDR": f"http://127.0.0.1:{server.port}"}
        tail = subprocess.Popen([BINARY, "tail", '{app="live"}', "-o", "raw"], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=env)
        try:
            sent = 0

            def push_until_seen(text):
                nonlocal sent
                # The tail may not be there yet: lines are pushed until one comes.
                os.set_blocking(tail.stdout.fileno(), False)
                seen, deadline = b"", time.time() + 60
                while text.encode() not in seen:
                    self.assertLess(time.time(), deadline, tail.stderr)
                    sent += 1
                    server.push(({"app": "live"}, [(time.time_ns(), f"{text} {sent}")]))
                    time.sleep(0.05)
                    seen += tail.stdout.read() or b""

            push_until_seen("before")
            server.stop()
            server.start()
            push_until_seen("after")
        finally:
            tail.send_signal(signal.SIGINT)
            tail.wait(timeout=10)
            tail.stdout.close()
            tail.stderr.close()
            server.close()


if __name__ == "__main__":
    unittest.main()
