"""Who may do what, by raw bytes: foreign origins and hosts, guessed passwords, forged agents."""
import base64
import json
import os
import socket
import time
import unittest

from raw_http import statuses
from support import Server

JSON = {"Content-Type": "application/json"}

CHANGES = [
    ("POST", "/loki/api/v1/push"), ("POST", "/api/prom/push"), ("POST", "/otlp/v1/logs"),
    ("POST", "/loki/api/v1/delete?query={a=\"b\"}&start=1"), ("PUT", "/loki/api/v1/delete?query={a=\"b\"}&start=1"),
    ("DELETE", "/loki/api/v1/delete?request_id=1"), ("GET", "/flush"), ("POST", "/flush"), ("POST", "/log_level?log_level=debug"),
    ("POST", "/api/shared"), ("POST", "/api/login"), ("POST", "/api/logout"), ("POST", "/loki/api/v1/query"),
    ("WS", "/loki/api/v1/tail?query={a=\"b\"}"), ("WS", "/api/prom/tail?query={a=\"b\"}"), ("WS", "/api/live?query={a=\"b\"}"), ("WS", "/api/pulse"),
]
READS = [("GET", "/loki/api/v1/labels"), ("GET", "/api/status"), ("GET", "/config")]
OPEN = [("POST", "/loki/api/v1/push"), ("POST", "/otlp/v1/logs"), ("GET", "/"), ("GET", "/ready"), ("GET", "/metrics"), ("GET", "/loki/api/v1/status/buildinfo")]


class Strangers(unittest.TestCase):
    def ask(self, server, method, path, host="localhost", more=""):
        if method == "WS":
            method, more = "GET", more + ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                          f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n")
        else:
            more += "Connection: close\r\nContent-Length: 2\r\nContent-Type: application/json\r\n"
        with socket.create_connection(("127.0.0.1", server.ui_port), timeout=30) as s:
            s.sendall(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode() + (b"{}" if "Upgrade" not in more else b""))
            return statuses(s.recv(4096))[0]

    def test_pages_of_other_origins_change_nothing(self):
        for auth, credentials in (("off", ""), ("password", "Authorization: Basic YWRtaW46aHVudGVyMg==\r\n")):
            server = Server("--auth", auth, env={"LOGSVC_ADMIN_PASSWORD": "hunter2"})
            self.addCleanup(server.close)
            for method, path in CHANGES:
                for line in ("Origin: http://evil.example", "Origin: null", "Origin: http://localhost:1", "Origin: http://localhost.evil.example",
                             "Sec-Fetch-Site: cross-site", "Referer: http://evil.example/"):
                    with self.subTest(f"{method} {path} {line}", auth=auth):
                        self.assertEqual(self.ask(server, method, path, more=credentials + line + "\r\n"), 403)
                with self.subTest(f"{method} {path} from its own page", auth=auth):
                    self.assertNotEqual(self.ask(server, method, path, more=credentials + "Origin: http://localhost\r\n"), 403)
                    self.assertNotEqual(self.ask(server, method, path, more=credentials), 403)

    def test_names_that_are_not_ours_while_no_password_is_asked_for(self):
        server = Server("--auth", "off", "--allowed-hosts", "logs.example, other.example")
        self.addCleanup(server.close)
        for method, path in CHANGES + READS:
            for host in ("evil.example", "evil.example:3100", "localhost.evil.example", "192.0.2.1"):
                with self.subTest(f"{method} {path} {host}"):
                    own_page = f"Origin: http://{host}\r\n"  # of a name that was pointed here
                    self.assertEqual(self.ask(server, method, path, host, own_page), 403)
        for method, path in READS:
            self.assertEqual(self.ask(server, method, path, "evil.example"), 403, path)
        for method, path in OPEN:
            with self.subTest(f"{method} {path} by a tool"):
                self.assertNotEqual(self.ask(server, method, path, "logs.of.the.fleet.example"), 403)
        for host in ("localhost", "127.0.0.1:9", "[::1]", socket.gethostname(), "logs.example:3100", "OTHER.example"):
            with self.subTest(host):
                self.assertEqual(self.ask(server, "GET", "/loki/api/v1/labels", host), 200)

    def test_any_name_where_a_password_is_asked_for(self):
        server = Server("--auth", "password")
        self.addCleanup(server.close)
        self.assertEqual(self.ask(server, "GET", "/ready", "evil.example"), 200)
        self.assertEqual(self.ask(server, "GET", "/loki/api/v1/labels", "evil.example"), 401)

    def test_forwarded_requests_where_no_password_is_asked_for_by_default(self):
        server = Server()
        self.addCleanup(server.close)
        forwarded = "X-Forwarded-For: 10.1.2.3\r\n"
        self.assertEqual(self.ask(server, "GET", "/loki/api/v1/labels", more=forwarded), 403)
        self.assertEqual(self.ask(server, "GET", "/ready", more=forwarded), 200)
        self.assertEqual(self.ask(server, "GET", "/loki/api/v1/labels", more="X-Forwarded-For: 127.0.0.1\r\n"), 200)
        chosen = Server("--auth", "off")
        self.addCleanup(chosen.close)
        self.assertEqual(self.ask(chosen, "GET", "/loki/api/v1/labels", more=forwarded), 200)


class Logins(unittest.TestCase):
    def test_wrong_passwords_shut_out_nobody_else(self):
        server = Server("--auth", "password", env={"LOGSVC_ADMIN_PASSWORD": "hunter2"})
        self.addCleanup(server.close)

        def log_in(password, address):
            return server.request("POST", "/api/login", json.dumps({"password": password}), {**JSON, "X-Forwarded-For": address})[0]

        tries = [log_in("no", "10.0.0.1") for _ in range(12)]
        self.assertEqual(tries, [401] * 10 + [429] * 2)
        self.assertEqual(log_in("hunter2", "10.0.0.2"), 200)
        self.assertIn("login failed", server.log_text())
        self.assertIn("10.0.0.1", server.log_text())
        self.assertIn("logsvc_login_failures_total 10", server.get("/metrics")[1])

    def test_delete_requests_are_logged(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        self.assertEqual(server.request("POST", "/loki/api/v1/delete?query=%7Ba%3D%22gone%22%7D&start=1700000000")[0], 204)
        self.assertIn("gone", server.log_text())


class ForgedAgents(unittest.TestCase):
    def test_only_what_came_with_an_accepted_push_counts_and_pushes_nobody_out(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        report = lambda agent: json.dumps({"v": 1, "agent": agent, "host": "h" + agent, "clock": str(time.time_ns()), "lines": [[f"c{agent}", 1, 1]]})
        agents = lambda: {a["host"] for a in json.loads(server.get("/api/agents")[1])["agents"]}
        for method, path, body in (("GET", "/ready", None), ("GET", "/loki/api/v1/status/buildinfo", None), ("GET", "/metrics", None),
                                   ("GET", "/loki/api/v1/labels", None), ("POST", "/loki/api/v1/push", "{}"), ("POST", "/loki/api/v1/push", "nonsense")):
            server.request(method, path, body, {**JSON, "X-Logsvc-Agent": report("forged")})
        self.assertEqual(agents(), set())
        push = lambda agent: server.request("POST", "/loki/api/v1/push", json.dumps(
            {"streams": [{"stream": {"a": "b"}, "values": [[str(time.time_ns()), "x"]]}]}), {**JSON, "X-Logsvc-Agent": report(agent)})[0]
        self.assertEqual(push("real"), 204)
        for i in range(600):
            self.assertEqual(push(str(i)), 204)
            if i % 20 == 0:
                self.assertEqual(push("real"), 204)  # it lives
        self.assertIn("hreal", agents())
        self.assertLessEqual(len(agents()), 100)


if __name__ == "__main__":
    unittest.main()
