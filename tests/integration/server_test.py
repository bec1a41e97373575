import gzip
import json
import os
import signal
import socket
import subprocess
import threading
import time
import unittest

from support import BINARY, Server, Tail

JSON = {"Content-Type": "application/json"}
PROTOBUF = {"Content-Type": "application/x-protobuf"}
API = {"job": "docker", "service": "api-server", "level": "info"}
ERROR = {"job": "docker", "service": "api-server", "level": "error"}


class PushAndQuery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off", "--retention", "0")
        cls.addClassCleanup(cls.server.close)

    def test_pushed_lines_are_found_by_all_clients_ways(self):
        now = time.time_ns()
        self.assertEqual(self.server.push(({**API, "t": "ways"}, [(now, "one <b>"), (now + 1, "two")]))[0], 204)
        self.assertEqual([l for _, l in self.server.lines('{t="ways"}')], ["one <b>", "two"])
        self.assertEqual([l for _, l in self.server.lines('{t="ways"} |= "two"')], ["two"])
        self.assertEqual(self.server.get("/loki/api/v1/label/t/values")[0], 200)
        self.assertIn("ways", self.server.get("/loki/api/v1/label/t/values")[1])
        form = "match[]=" + "%7Bt%3D%22ways%22%7D" + "&pad=" + "x" * 20000
        status, body, _ = self.server.request("POST", "/loki/api/v1/series", form, {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual((status, json.loads(body)["data"]), (200, [{**API, "service_name": "api-server", "t": "ways"}]))

    def test_gzip_bodies(self):
        body = gzip.compress(json.dumps({"streams": [{"stream": {"t": "gzip"}, "values": [[str(time.time_ns()), "zipped"]]}]}).encode())
        self.assertEqual(self.server.request("POST", "/loki/api/v1/push", body, {**JSON, "Content-Encoding": "gzip"})[0], 204)
        self.assertEqual([l for _, l in self.server.lines('{t="gzip"}')], ["zipped"])

    def test_counts_for_histograms(self):
        base = (time.time_ns() // 10**9 - 600) * 10**9
        self.server.push(({**API, "t": "count"}, [(base + i * 10**9, "x") for i in range(100)]),
                         ({**ERROR, "t": "count"}, [(base + i * 10**9, "y") for i in range(10)]))
        status, body, _ = self.server.get("/loki/api/v1/query", {
            "query": 'sum by (level) (count_over_time({t="count"}[20m]))', "time": base + 300 * 10**9})
        self.assertEqual(status, 200)
        found = {s["metric"]["level"]: s["value"][1] for s in json.loads(body)["data"]["result"]}
        self.assertEqual(found, {"info": "100", "error": "10"})

    def test_bad_input_answers_a_clear_4xx_and_nothing_breaks(self):
        post = lambda body, headers: self.server.request("POST", "/loki/api/v1/push", body, headers)[:2]
        self.assertEqual(post(b"\xff\xff", PROTOBUF), (400, "snappy: corrupt input\n"))
        self.assertEqual(post(b"", PROTOBUF)[0], 400)
        self.assertEqual(post(b"\x02\x04\x0a\x7f", PROTOBUF), (400, "unexpected EOF\n"))
        self.assertEqual(post("{", JSON)[0], 400)
        self.assertEqual(post("{}", JSON)[0], 422)
        self.assertEqual(post("{}", {}), (400, "mime: no media type\n"))
        self.assertEqual(post("x", {**JSON, "Content-Encoding": "br"})[0], 400)
        self.assertEqual(post("x", {**JSON, "Content-Encoding": "gzip"}), (400, "gzip: invalid header\n"))
        status, body = post(json.dumps({"streams": [{"stream": {"a": "b"}, "values": [[1, "x"]]}]}), JSON)
        self.assertEqual(status, 400)
        self.assertIn("streams[0].values[0]", body)
        status, body = self.server.push(({"t": "big"}, [(time.time_ns(), "x" * 10_000_000), (time.time_ns(), "kept")]))[:2]
        self.assertEqual(status, 400)
        self.assertIn("max entry size", body)
        self.assertEqual([l for _, l in self.server.lines('{t="big"}')], ["kept"])
        for query, text in [("{", "syntax error"), ('{a="b"} |= ', "unexpected $end"), ("{}", "queries require at least one")]:
            status, body, _ = self.server.get("/loki/api/v1/query_range", {"query": query})
            self.assertEqual(status, 400)
            self.assertIn(text, body)
        self.assertEqual(self.server.get("/nowhere")[:2], (404, "404 page not found\n"))
        self.assertEqual(self.server.get("/loki/api/v1/push")[0], 405)
        self.assertEqual(self.server.get("/ready")[0], 200)

    def test_lines_of_any_bytes_by_json(self):
        body = b'{"streams":[{"stream":{"t":"bytes"},"values":[["%d","a\xff\xed\x95\x9c"]]}]}' % time.time_ns()
        self.assertEqual(self.server.request("POST", "/loki/api/v1/push", body, JSON)[0], 204)
        self.assertEqual([l for _, l in self.server.lines('{t="bytes"}')], ["a\ufffd한"])

    def test_200_idle_connections_do_not_hold_up_a_push(self):
        idle = []

        def answer(s):
            text = b""
            while not text.endswith(b"ready\n"):
                more = s.recv(4096)
                if not more:
                    break
                text += more
            return text

        try:
            for _ in range(200):
                s = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
                s.sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
                idle.append(s)
            for s in idle:
                self.assertIn(b" 200 ", answer(s))
            self.assertEqual(self.server.push(({"t": "idle"}, [(time.time_ns(), "x")]))[0], 204)
            idle[0].sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertIn(b" 200 ", answer(idle[0]))
        finally:
            for s in idle:
                s.close()

    def test_tail_shows_history_and_then_what_comes(self):
        now = time.time_ns()
        self.server.push(({"t": "tail"}, [(now - 2, "old 1"), (now - 1, "old 2")]))
        tail = Tail(self.server, '{t="tail"} |= "o"', limit=10)
        try:
            self.assertEqual(tail.status, 101)
            self.assertEqual(tail.lines(2), ["old 1", "old 2"])
            self.server.push(({"t": "tail"}, [(time.time_ns(), "not this"[4:] + " one"), (time.time_ns(), "xyz")]))
            self.assertEqual(tail.lines(1), ["this one"])
        finally:
            tail.close()

    def test_tail_refuses_before_the_upgrade(self):
        self.assertEqual(Tail(self.server, "{").status, 400)
        self.assertEqual(Tail(self.server, '{a="b"}', delay_for=6).status, 400)
        self.assertEqual(self.server.get("/loki/api/v1/tail", {"query": '{a="b"}'})[:2], (400, "Bad Request\n"))

    def test_metrics_and_status_pages(self):
        text = self.server.get("/metrics")[1]
        self.assertIn("loki_distributor_lines_received_total", text)
        self.assertEqual(json.loads(self.server.get("/api/status", port=self.server.ui_port)[1])["demo"], "")
        self.assertIn("3.7.6", self.server.get("/loki/api/v1/status/buildinfo")[1])
        self.assertIn("data_dir", self.server.get("/config")[1])
        settings = {one["name"]: one for one in json.loads(self.server.get("/config", {"format": "json"})[1])}
        self.assertEqual((settings["auth"]["value"], settings["auth"]["origin"]), ("off", "--auth"))
        self.assertIn("default", {one["origin"] for one in settings.values()})


class Durability(unittest.TestCase):
    def setUp(self):
        self.server = Server("--auth", "off", "--retention", "0")
        self.addCleanup(self.server.close)

    def test_kill_9_loses_and_doubles_nothing_acknowledged(self):
        acknowledged, base = [], time.time_ns() - 10**10

        def writer(n):
            for i in range(100):
                line = f"writer {n} line {i}"
                try:
                    if self.server.push(({"w": str(n)}, [(base + i, line)]))[0] == 204:
                        acknowledged.append(line)
                except OSError:
                    return

        threads = [threading.Thread(target=writer, args=(n,)) for n in range(4)]
        for t in threads:
            t.start()
        while len(acknowledged) < 100:
            time.sleep(0.005)
        self.server.stop(signal.SIGKILL)
        for t in threads:
            t.join()
        self.server.start()
        found = [l for _, l in self.server.lines('{w=~".+"}')]
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual(set(acknowledged) - set(found), set())

    def test_flush_seals_and_a_restart_finds_everything(self):
        base = time.time_ns() - 10**10
        self.server.push((API, [(base + i, f"line {i}") for i in range(1000)]))
        self.assertEqual(self.server.request("POST", "/flush")[0], 204)
        self.assertTrue(any(n.endswith(".chunk") for _, _, names in os.walk(self.server.dir.name) for n in names))
        self.server.push((API, [(base + 2000, "after the flush"), (base + 5, "line 5")]))
        before = self.server.lines('{job="docker"}')
        self.assertEqual(len(before), 1001)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(self.server.lines('{job="docker"}'), before)

    def test_a_second_server_on_the_same_data_or_port_says_why(self):
        for args, text in [(["--listen", "127.0.0.1:0", "--ui-listen", "127.0.0.1:0", "--data-dir", self.server.dir.name + "/data"], "another logsvc"),
                           (["--listen", f"127.0.0.1:{self.server.port}", "--ui-listen", "127.0.0.1:0", "--data-dir", self.server.dir.name + "/other"], "cannot listen")]:
            done = subprocess.run([BINARY, "server", *args], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 1)
            self.assertIn(text, done.stderr)


class FullDisk(unittest.TestCase):
    def test_pushes_answer_503_and_reading_goes_on(self):
        # A file may not grow beyond 256 KiB: what the journal meets looks like a full disk to a push.
        server = Server("--auth", "off", wrap=("prlimit", "--fsize=262144"))
        self.addCleanup(server.close)
        base, status = time.time_ns() - 10**10, 204
        sent = 0
        while status == 204 and sent < 100:
            status = server.push(({"t": "full"}, [(base + sent, "x" * 50_000 + str(sent))]))[0]
            sent += 1
        self.assertEqual(status, 503)
        self.assertEqual(len(server.lines('{t="full"}')), sent - 1)
        self.assertEqual(server.get("/ready")[0], 200)


class Password(unittest.TestCase):
    def test_reading_asks_for_the_password_and_pushing_does_not(self):
        server = Server("--auth", "password", env={"LOGSVC_ADMIN_PASSWORD": "hunter2"})
        self.addCleanup(server.close)
        self.assertEqual(server.push(({"a": "b"}, [(time.time_ns(), "x")]))[0], 204)
        for path in ["/loki/api/v1/labels", "/loki/api/v1/query?query=vector(1)", "/api/status", "/flush", "/config"]:
            self.assertEqual(server.get(path)[0], 401, path)
        self.assertEqual(Tail(server, '{a="b"}').status, 401)
        self.assertEqual(server.get("/ready")[0], 200)
        basic = {"Authorization": "Basic YWRtaW46aHVudGVyMg=="}
        self.assertEqual(server.get("/loki/api/v1/labels", headers=basic)[0], 200)
        self.assertEqual(server.request("POST", "/api/login", '{"password":"no"}', JSON)[0], 401)
        status, _, headers = server.request("POST", "/api/login", '{"password":"hunter2"}', JSON)
        self.assertEqual(status, 200)
        cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}
        self.assertEqual(server.get("/loki/api/v1/labels", headers=cookie)[0], 200)
        self.assertEqual(server.request("POST", "/flush", headers={**cookie, "Origin": "http://evil.example"})[0], 403)
        self.assertIn('"loggedIn":true', server.get("/api/session", headers=cookie)[1])
        server.request("POST", "/api/logout", "", cookie)
        self.assertEqual(server.get("/loki/api/v1/labels", headers=cookie)[0], 401)

    def test_who_is_logged_in_stays_so_over_a_restart(self):
        server = Server("--auth", "password", env={"LOGSVC_ADMIN_PASSWORD": "hunter2"})
        self.addCleanup(server.close)
        cookie = {"Cookie": server.request("POST", "/api/login", '{"password":"hunter2"}', JSON)[2]["Set-Cookie"].split(";")[0]}
        kept = server.data_dir + "/sessions.json"
        self.assertEqual(os.stat(kept).st_mode & 0o777, 0o600)
        server.stop(signal.SIGKILL)
        server.start()
        self.assertEqual(server.get("/loki/api/v1/labels", headers=cookie)[0], 200)
        server.stop()
        server.env["LOGSVC_ADMIN_PASSWORD"] = "another"
        server.start()
        self.assertEqual(server.get("/loki/api/v1/labels", headers=cookie)[0], 401)

    def test_a_generated_password_is_printed_once(self):
        server = Server("--auth", "password")
        self.addCleanup(server.close)
        self.assertEqual(server.log_text().count("The admin password, shown this once: "), 1)
        server.stop()
        server.start()
        self.assertEqual(server.log_text().count("The admin password, shown this once: "), 1)


class CommandLine(unittest.TestCase):
    def run_it(self, *args, env=None):
        done = subprocess.run([BINARY, *args], capture_output=True, text=True, timeout=60, env={**os.environ, **(env or {})})
        return done.returncode, done.stdout + done.stderr

    def test_wrong_usage_and_bad_settings(self):
        self.assertEqual(self.run_it("nonsense")[0], 2)
        self.assertEqual(self.run_it("server", "--nonsense")[0], 2)
        code, text = self.run_it("server", "--retention", "soon")
        self.assertEqual(code, 78)
        self.assertIn("--retention", text)
        code, text = self.run_it("agent", "--push", "localhost:3100")
        self.assertEqual(code, 78)
        self.assertIn("http://", text)
        self.assertEqual(self.run_it("--version")[0], 0)

    def test_where_a_setting_comes_from(self):
        code, text = self.run_it("server", "--print-config", "--retention", "1d", env={"LOGSVC_MEMORY": "64MB"})
        self.assertEqual(code, 0)
        self.assertIn("retention: 1d  # --retention", text)
        self.assertIn("memory: 64MB  # LOGSVC_MEMORY", text)

    def test_the_settings_files_of_monitoring_are_true(self):
        root = os.path.join(os.path.dirname(__file__), "..", "..", "monitoring")
        self.assertEqual(self.run_it("validate", os.path.join(root, "server.yaml"))[0], 0)
        self.assertEqual(self.run_it("validate", "--agent", os.path.join(root, "agent.yaml"))[0], 0)

    def test_the_metrics_page_of_monitoring_names_every_metric(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        server.push(({"a": "b"}, [(time.time_ns(), "x")]))
        with open(os.path.join(os.path.dirname(__file__), "..", "..", "monitoring", "metrics.md"), encoding="utf-8") as f:
            page = f.read()
        for line in server.get("/metrics")[1].splitlines():
            if line.startswith("# TYPE "):
                self.assertIn(line.split()[2], page)

    def test_healthcheck(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        self.assertEqual(self.run_it("healthcheck", f"http://127.0.0.1:{server.port}")[0], 0)
        self.assertEqual(self.run_it("healthcheck", "http://127.0.0.1:1")[0], 1)

    def test_the_demo_fills_a_page_and_ends(self):
        import tempfile
        from support import free_port
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            demo = subprocess.Popen([BINARY, "demo", "--simulate", "--listen", f"127.0.0.1:{port}", "--ui-listen",
                                     f"127.0.0.1:{free_port()}", "--data-dir", folder + "/d"], stdout=subprocess.PIPE, text=True)
            try:
                text = "".join(iter(demo.stdout.readline, "Ctrl-C ends everything.\n"))
                self.assertIn("simulated", text)
                looker = Server.__new__(Server)
                looker.port = port
                deadline = time.time() + 60
                while time.time() < deadline:
                    services = looker.get("/loki/api/v1/label/service/values")[1]
                    if all(s in services for s in ("api-server", "ticket-server", "queue-backend")):
                        break
                    time.sleep(0.1)
                self.assertIn("ticket-server", services)
            finally:
                demo.send_signal(signal.SIGINT)
                self.assertEqual(demo.wait(timeout=30), 0)
                demo.stdout.close()


if __name__ == "__main__":
    unittest.main()
