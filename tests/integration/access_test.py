"""Who gets in, and what the role of each may do: users, tokens, sessions and the table of routes in monitoring/SECURITY.md."""
import base64
import json
import os
import re
import subprocess
import time
import unittest

from support import BINARY, ROOT, Server, Tail, wait_until

JSON = {"Content-Type": "application/json"}
ROLES = ["push", "support", "viewer", "operator", "admin"]
PASSWORD = "correct-horse"


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def logsvc(server, *arguments, stdin=""):
    """Runs a command on the server's data directory; returns its exit code, stdout and stderr."""
    done = subprocess.run([BINARY, *arguments, "--data-dir", server.data_dir], input=stdin, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


class Access(unittest.TestCase):
    def serve(self, *arguments, **more):
        server = Server("--auth", "password", *arguments, env={"LOGSVC_ADMIN_PASSWORD": PASSWORD, **more.pop("env", {})}, **more)
        self.addCleanup(server.close)
        return server

    def user(self, server, name, role, *more):
        code, out, error = logsvc(server, "user", "add", name, "--role", role, "--password-stdin", *more, stdin=PASSWORD + "\n")
        self.assertEqual((code, out), (0, ""), error)
        wait_until(f"{name} is known", lambda: server.request("GET", "/api/status", headers=basic(name, PASSWORD))[0] != 401)

    def token(self, server, name, role, *more):
        code, out, error = logsvc(server, "token", "create", "--name", name, "--role", role, *more)
        self.assertEqual(code, 0, error)
        token = out.strip()
        self.assertTrue(token.startswith("lsv_"), out)
        wait_until(f"{name} is known", lambda: server.request("GET", "/api/status", headers={"Authorization": "Bearer " + token})[0] != 401)
        return token

    def log_in(self, server, user, password=PASSWORD):
        status, body, headers = server.request("POST", "/api/login", json.dumps({"user": user, "password": password}), JSON)
        self.assertEqual(status, 200, body)
        return headers["Set-Cookie"].split(";")[0]


class Table(Access):
    """The table in the documents is the one in the code, and each route behaves as it says."""

    def documented(self, name):
        text = open(os.path.join(ROOT, "monitoring", name), encoding="utf-8").read()
        rights = {}
        for line in text.splitlines():
            cells = [c.strip() for c in line.strip("|").split("|")]
            if len(cells) == 8 and cells[0] in ROLES:
                rights[cells[0]] = {a for a, c in zip(["open", "push", "read", "export", "operate", "admin", "self"], cells[1:]) if c}
        routes = dict(re.findall(r"^\| `([A-Z ]+ /[^`]*)` \| (\w+) \|$", text, re.M))
        return rights, routes

    def test_every_route_for_every_role_and_way_to_say_who_one_is(self):
        server = self.serve("--ingest-auth", "token")
        rights, documented = self.documented("SECURITY.md")
        self.assertEqual(set(rights), set(ROLES))
        self.assertEqual(self.documented("SECURITY.ko.md"), (rights, documented))
        routes = json.loads(server.get("/api/routes", headers=basic("admin", PASSWORD))[1])["routes"]
        self.assertEqual({f"{r['methods']} {r['path']}": r["access"] for r in routes}, documented)
        ways = {}
        for role in ROLES:
            self.user(server, "u-" + role, role)
            token = self.token(server, "t-" + role, role)
            ways[role] = {"basic": basic("u-" + role, PASSWORD), "bearer": {"Authorization": "Bearer " + token}, "token as password": basic("any", token)}
        cookies = {role: {"Cookie": self.log_in(server, "u-" + role)} for role in ROLES}
        strangers = {"nothing": {}, "a forged cookie": {"Cookie": "logsvc_session=" + "0" * 64}, "a wrong bearer": {"Authorization": "Bearer lsv_wrong"},
                     "a wrong token": basic("any", "lsv_wrong")}
        for route in routes:
            path = re.sub(r"\{\w+\}", "nobody", route["path"])
            for method in route["methods"].split():
                if path in ("/api/login", "/api/logout", "/api/sessions/end"):
                    continue  # they end what this test uses
                for way, headers in strangers.items():
                    with self.subTest(f"{method} {path}", by=way):
                        status = server.request(method, path, "" if method != "GET" else None, headers)[0]
                        self.assertEqual(status in (401, 403), route["access"] != "open", status)
                for role in ROLES:
                    for way, headers in {**ways[role], "cookie": cookies[role]}.items():
                        with self.subTest(f"{method} {path}", role=role, by=way):
                            status, body = server.request(method, path, "" if method != "GET" else None, headers)[:2]
                            allowed = route["access"] in rights[role]
                            self.assertEqual(status == 403 and "may not do this" in body, not allowed, (status, body))
                            self.assertNotEqual(status, 401, body)

    def test_while_the_ingest_is_open_anybody_may_push_and_a_wrong_password_is_not_looked_at(self):
        server = self.serve()
        body = lambda: json.dumps({"streams": [{"stream": {"a": "b"}, "values": [[str(time.time_ns()), "x"]]}]})
        for headers in ({}, basic("promtail", "whatever"), {"Authorization": "Bearer lsv_wrong"}, {"X-Scope-OrgID": "team"}):
            self.assertEqual(server.request("POST", "/loki/api/v1/push", body(), {**JSON, **headers})[0], 204, headers)
        self.assertIn('"ingest":"open"', server.get("/api/session")[1])

    def test_addresses_that_may_push(self):
        server = self.serve("--ingest-allow", "10.1.0.0/16,192.0.2.7")
        push = lambda address: server.request("POST", "/loki/api/v1/push", "{}", {**JSON, "X-Forwarded-For": address})
        self.assertEqual(push("10.1.2.3")[0], 422)
        self.assertEqual(push("192.0.2.7")[0], 422)
        status, text = push("10.2.0.1")[:2]
        self.assertEqual(status, 403)
        self.assertIn("10.2.0.1", text)
        self.assertIn("--ingest-allow", text)


class Users(Access):
    def test_a_change_beside_the_running_server_is_taken_and_ends_what_it_concerns(self):
        server = self.serve()
        self.user(server, "kim", "viewer")
        cookie = {"Cookie": self.log_in(server, "kim")}
        self.assertEqual(server.request("GET", "/api/export?query=%7Ba%3D%22b%22%7D", headers=cookie)[0], 200)
        self.assertEqual(logsvc(server, "user", "role", "kim", "support")[0], 0)
        wait_until("the role is taken", lambda: server.request("GET", "/api/export?query=%7Ba%3D%22b%22%7D", headers=cookie)[0] == 403)
        self.assertEqual(logsvc(server, "user", "passwd", "kim", "--password-stdin", stdin="another-one\n")[0], 0)
        wait_until("the login has ended", lambda: server.request("GET", "/api/status", headers=cookie)[0] == 401)
        self.assertEqual(server.request("GET", "/api/status", headers=basic("kim", PASSWORD))[0], 401)
        self.assertEqual(server.request("GET", "/api/status", headers=basic("kim", "another-one"))[0], 200)
        self.assertEqual(logsvc(server, "user", "remove", "kim")[0], 0)
        wait_until("kim is gone", lambda: server.request("GET", "/api/status", headers=basic("kim", "another-one"))[0] == 401)

    def test_a_generated_password_stands_alone_on_stdout(self):
        server = self.serve()
        code, out, error = logsvc(server, "user", "add", "lee", "--role", "operator")
        self.assertEqual(code, 0, error)
        self.assertRegex(out, r"\A[A-Za-z0-9]{20}\n\Z")
        self.assertIn("shown this once", error)
        wait_until("lee is known", lambda: server.request("GET", "/api/status", headers=basic("lee", out.strip()))[0] == 200)
        self.assertIn('"mustChangePassword":true', server.request("GET", "/api/session", headers=basic("lee", out.strip()))[1])
        listed = json.loads(logsvc(server, "user", "list", "--json")[1])["users"]
        self.assertEqual([(u["name"], u["role"]) for u in listed], [("admin", "admin"), ("lee", "operator")])

    def test_what_is_refused(self):
        server = self.serve()
        for arguments, code, said in ((("add", "a b", "--role", "viewer"), 2, "letters"), (("add", "kim", "--role", "king"), 2, "king"),
                                      (("add", "kim", "--role", "viewer", "--scope", "{"), 2, "scope"), (("add", "admin", "--role", "viewer"), 2, "already"),
                                      (("remove", "admin"), 2, "last admin"), (("remove", "nobody"), 1, "nobody"), (("role", "admin", "viewer"), 2, "last admin")):
            with self.subTest(arguments):
                got, out, error = logsvc(server, "user", *arguments)
                self.assertEqual((got, out), (code, ""))
                self.assertIn(said, error)
        self.assertEqual(logsvc(server, "user", "passwd", "admin", "--password-stdin", stdin="short\n")[0], 2)

    def test_by_the_page(self):
        server = self.serve()
        admin = {"Cookie": self.log_in(server, "admin"), **JSON}
        status, body = server.request("POST", "/api/users", json.dumps({"name": "kim", "role": "viewer"}), admin)[:2]
        self.assertEqual(status, 200, body)
        generated = json.loads(body)["password"]
        kim = {"Cookie": self.log_in(server, "kim", generated), **JSON}
        self.assertIn('"mustChangePassword":true', server.request("GET", "/api/session", headers=kim)[1])
        change = lambda current, new, who: server.request("POST", "/api/password", json.dumps({"current": current, "password": new}), who)
        self.assertEqual(change("wrong", "kims-own-one", kim)[0], 403)
        self.assertEqual(change(generated, "short", kim)[0], 400)
        status, body, headers = change(generated, "kims-own-one", kim)
        self.assertEqual(status, 204, body)
        self.assertEqual(server.request("GET", "/api/status", headers=kim)[0], 401)
        kim = {"Cookie": headers["Set-Cookie"].split(";")[0], **JSON}
        self.assertIn('"mustChangePassword":false', server.request("GET", "/api/session", headers=kim)[1])
        self.assertEqual(server.request("POST", "/api/users/kim", json.dumps({"role": "operator", "scope": '{a="b"}'}), admin)[0], 200)
        self.assertIn('"role":"operator"', server.request("GET", "/api/session", headers=kim)[1])
        self.assertEqual(server.request("POST", "/api/users/kim/log-out", "{}", admin)[0], 204)
        self.assertEqual(server.request("GET", "/api/status", headers=kim)[0], 401)
        self.assertEqual(server.request("DELETE", "/api/users/kim", headers=admin)[0], 204)
        self.assertEqual(server.request("DELETE", "/api/users/kim", headers=admin)[0], 404)
        self.assertEqual(server.request("DELETE", "/api/users/admin", headers=admin)[0], 400)

    def test_own_sessions(self):
        server = self.serve()
        first, second = ({"Cookie": self.log_in(server, "admin"), **JSON} for _ in range(2))
        sessions = json.loads(server.request("GET", "/api/sessions", headers=first)[1])["sessions"]
        self.assertEqual(sorted(s["current"] for s in sessions), [False, True])
        other = next(s["id"] for s in sessions if not s["current"])
        self.assertEqual(server.request("POST", "/api/sessions/end", json.dumps({"id": other}), first)[0], 204)
        self.assertEqual(server.request("GET", "/api/status", headers=second)[0], 401)
        self.assertEqual(server.request("POST", "/api/sessions/end", json.dumps({"id": other}), first)[0], 404)
        second = {"Cookie": self.log_in(server, "admin"), **JSON}
        self.assertEqual(server.request("POST", "/api/sessions/end", json.dumps({"all": True}), first)[0], 204)
        self.assertEqual([server.request("GET", "/api/status", headers=h)[0] for h in (first, second)], [200, 401])

    def test_sessions_survive_a_restart_and_cannot_be_replayed_after_logging_out(self):
        server = self.serve()
        one, two = ({"Cookie": self.log_in(server, "admin"), **JSON} for _ in range(2))
        self.assertEqual(server.request("POST", "/api/logout", "", one)[0], 200)
        server.stop()
        server.start()
        self.assertEqual([server.request("GET", "/api/status", headers=h)[0] for h in (one, two)], [401, 200])
        token = two["Cookie"].split("=")[1]
        for forged in (token[:-1], token + "0", token.upper(), "", "x" * 64):
            self.assertEqual(server.request("GET", "/api/status", headers={"Cookie": "logsvc_session=" + forged})[0], 401)


class Tokens(Access):
    def test_in_every_place_where_clients_put_one_and_nowhere_in_the_logs(self):
        server = self.serve("--ingest-auth", "token")
        token = self.token(server, "queue-instance", "push")
        body = json.dumps({"streams": [{"stream": {"a": "b"}, "values": [[str(time.time_ns()), "x"]]}]})
        self.assertEqual(server.request("POST", "/loki/api/v1/push", body, JSON)[0], 401)
        for headers in ({"Authorization": "Bearer " + token}, basic("agent", token), basic("", token)):
            self.assertEqual(server.request("POST", "/loki/api/v1/push", body, {**JSON, **headers})[0], 204)
        self.assertEqual(server.request("POST", f"/loki/api/v1/push?token={token}", body, JSON)[0], 401)
        self.assertNotIn(token, server.log_text())
        for name in os.listdir(server.data_dir):
            path = os.path.join(server.data_dir, name)
            if os.path.isfile(path):
                self.assertNotIn(token.encode(), open(path, "rb").read(), name)

    def test_expiry_revocation_and_live_connections(self):
        server = self.serve()
        expired = self.token(server, "short", "viewer", "--expires", "1s")
        wait_until("it expires", lambda: server.request("GET", "/api/status", headers={"Authorization": "Bearer " + expired})[0] == 401)
        token = self.token(server, "grafana", "viewer")
        tail = Tail(server, '{a="b"}', headers={"Authorization": "Bearer " + token})
        self.addCleanup(tail.close)
        listed = json.loads(logsvc(server, "token", "list", "--json")[1])["tokens"]
        self.assertEqual([(t["name"], t["role"]) for t in listed], [("short", "viewer"), ("grafana", "viewer")])
        self.assertEqual(logsvc(server, "token", "revoke", "grafana")[0], 0)
        wait_until("it is revoked", lambda: server.request("GET", "/api/status", headers={"Authorization": "Bearer " + token})[0] == 401)
        wait_until("its live connection has ended", tail.ended)
        self.assertEqual(logsvc(server, "token", "revoke", "grafana")[0], 1)

    def test_logcli_and_our_own_client_use_one(self):
        server = self.serve()
        server.push(({"a": "b"}, [(time.time_ns(), "hello")]))
        token = self.token(server, "reader", "viewer")
        for environment in ({"LOKI_BEARER_TOKEN": token}, {"LOKI_USERNAME": "x", "LOKI_PASSWORD": token}):
            done = subprocess.run([BINARY, "query", "--addr", f"http://127.0.0.1:{server.port}", '{a="b"}'], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("hello", done.stdout)


class Scope(Access):
    def test_a_scope_narrows_what_is_read(self):
        server = self.serve()
        now = time.time_ns()
        for service in ("ticket-server", "api-server"):
            server.push(({"service": service}, [(now, "line of " + service)]))
        token = self.token(server, "ticketing", "viewer", "--scope", '{service=~"ticket-.*"}')
        scoped = {"Authorization": "Bearer " + token}
        text = server.get("/loki/api/v1/query_range", {"query": '{service=~".+"}'}, headers=scoped)[1]
        self.assertIn("line of ticket-server", text)
        self.assertNotIn("api-server", text)
        self.assertNotIn("api-server", server.get("/loki/api/v1/label/service/values", headers=scoped)[1])
        self.assertEqual(server.request("DELETE", "/loki/api/v1/delete?request_id=1", headers=scoped)[0], 403)


class Damaged(Access):
    def test_a_damaged_file_lets_nobody_in_but_by_the_password_of_the_environment(self):
        server = self.serve()
        path = os.path.join(server.data_dir, "access.json")
        server.stop()
        with open(path, "w") as file:
            file.write('{"version": 1, "users": [')
        del server.env["LOGSVC_ADMIN_PASSWORD"]
        server.start()
        self.assertIn("damaged", server.log_text())
        self.assertTrue([n for n in os.listdir(server.data_dir) if n.startswith("access.json.damaged-")])
        self.assertEqual(server.request("GET", "/api/status", headers=basic("admin", PASSWORD))[0], 401)
        server.stop()
        server.env["LOGSVC_ADMIN_PASSWORD"] = "from-the-environment"
        server.start()
        self.assertEqual(server.request("GET", "/api/status", headers=basic("admin", "from-the-environment"))[0], 200)

    def test_settings_that_are_refused_at_the_start(self):
        for name, value in (("--ingest-allow", "10.0.0.0/99"), ("--trusted-proxies", "proxy"), ("--ingest-auth", "closed"), ("--auth", "maybe"),
                            ("--session-idle", "1s")):
            done = subprocess.run([BINARY, "server", name, value], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 78, done.stderr)
            self.assertIn(name[2:], done.stderr)


if __name__ == "__main__":
    unittest.main()
