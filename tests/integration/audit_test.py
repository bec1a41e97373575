"""The audit log: what gets into it, who reads it, and that nothing takes anything out of it."""
import base64
import json
import os
import signal
import subprocess
import time
import unittest
import urllib.parse

from support import BINARY, Server, Tail, wait_until

JSON = {"Content-Type": "application/json"}
PASSWORD = "hunter2-hunter2"
EVERYTHING = '{kind="audit"}'


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


ADMIN = basic("admin", PASSWORD)


class Audited(Server):
    """A server that asks for a password; requests are the admin's unless they say otherwise."""

    def __init__(self, *args, **more):
        super().__init__("--auth", "password", *args, env={"LOGSVC_ADMIN_PASSWORD": PASSWORD}, **more)

    def ask(self, method, path, params=None, body=None, headers=None, auth=ADMIN):
        if params:
            path += "?" + urllib.parse.urlencode(params, doseq=True)
        return self.request(method, path, body, {**auth, **(headers or {})})

    def audit(self, **params):
        status, body, _ = self.ask("GET", "/api/audit", params)
        if status != 200:
            raise AssertionError(f"{status} {body}")
        return json.loads(body)

    def wait_for(self, event, outcome="ok", **detail):
        """The newest event like this."""
        def found():
            for entry in self.audit(event=event, limit=1000)["entries"]:
                if entry["outcome"] == outcome and detail.items() <= entry["detail"].items():
                    return entry
            return None
        return wait_until(f"{event} {outcome} {detail}", found, lambda: json.dumps(self.audit(limit=1000), indent=1), timeout=20)


class Events(unittest.TestCase):
    def setUp(self):
        self.server = Audited("--delete-request-cancel-period", "24h")
        self.addCleanup(self.server.close)

    def test_who_came_in_and_who_did_not(self):
        log_in = lambda password, address: self.server.request(
            "POST", "/api/login", json.dumps({"user": "admin", "password": password}), {**JSON, "X-Forwarded-For": address})
        status, _, headers = log_in(PASSWORD, "10.0.0.1")
        self.assertEqual(status, 200)
        entry = self.server.wait_for("login", how="page")
        self.assertEqual((entry["user"], entry["role"], entry["address"]), ("admin", "admin", "10.0.0.1"))
        self.assertLess(abs(entry["timeMs"] - time.time() * 1000), 60_000)
        cookie = headers["Set-Cookie"].split(";")[0]
        self.assertEqual(self.server.request("POST", "/api/logout", "{}", {**JSON, "Cookie": cookie, "X-Forwarded-For": "10.0.0.1"})[0], 200)
        self.assertEqual(self.server.wait_for("logout")["address"], "10.0.0.1")

        self.assertEqual(self.server.ask("GET", "/loki/api/v1/labels", auth=basic("admin", "no"))[0], 401)
        entry = self.server.wait_for("login", "failed")
        self.assertEqual((entry["user"], entry["role"]), ("admin", ""))
        for _ in range(40):
            log_in("wrong", "10.0.0.2")
        self.assertEqual(self.server.wait_for("login", "throttled")["address"], "10.0.0.2")
        entries = self.server.audit(event="login", limit=1000)["entries"]
        self.assertEqual([e["address"] for e in entries if e["outcome"] == "throttled"], ["10.0.0.2"])
        self.assertLessEqual(sum(e["address"] == "10.0.0.2" and e["outcome"] == "failed" for e in entries), 20)
        # Basic authentication comes with every request and is noted once.
        self.assertEqual(sum(e["detail"].get("how") == "password" for e in entries), 1)

    def test_what_people_did(self):
        server, now = self.server, int(time.time())
        status, _, headers = server.ask("POST", "/loki/api/v1/delete", {"query": '{job="app"} |= "고객"', "start": now - 60, "end": now})
        self.assertEqual(status, 204)
        request = headers["X-Delete-Request-Id"]
        entry = server.wait_for("deletion-requested", request=request)
        self.assertEqual(entry["detail"], {"request": request, "query": '{job="app"} |= "고객"', "startMs": (now - 60) * 1000, "endMs": now * 1000})
        self.assertEqual(server.ask("DELETE", "/loki/api/v1/delete", {"request_id": request})[0], 204)
        server.wait_for("deletion-cancelled", request=request, force="false")

        self.assertEqual(server.ask("GET", "/api/export", {"query": '{job="app"}', "start": now - 60, "end": now, "format": "csv"})[0], 200)
        server.wait_for("export", query='{job="app"}', format="csv", startMs=(now - 60) * 1000, endMs=now * 1000)
        change = {"put": [{"kind": "views", "item": {"id": "v1", "name": "오류", "search": "?query=x"}}], "remove": [{"kind": "counters", "id": "c1"}]}
        self.assertEqual(server.ask("POST", "/api/shared", None, json.dumps(change), JSON)[0], 200)
        server.wait_for("shared-changed", put=["views: 오류"], removed=["counters: c1"])
        self.assertEqual(server.ask("POST", "/log_level", {"log_level": "warn"})[0], 200)
        server.wait_for("log-level-changed", level="warn")
        self.assertEqual(server.ask("POST", "/flush")[0], 204)
        server.wait_for("flush")
        self.assertEqual(server.ask("POST", "/api/retention/confirm-clock")[0], 204)
        entry = server.wait_for("clock-confirmed")
        self.assertEqual((entry["user"], entry["role"], entry["address"]), ("admin", "admin", "127.0.0.1"))
        # What was refused has not happened.
        refused = [server.ask("POST", "/loki/api/v1/delete", {"query": "{", "start": now - 60})[0], server.ask("POST", "/log_level", {"log_level": "loud"})[0],
                   server.ask("POST", "/api/shared", None, '{"put":[{"kind":"none"}]}', JSON)[0], server.ask("GET", "/api/export", {"query": "{"})[0]]
        self.assertEqual(refused, [400] * 4)
        server.ask("POST", "/flush")
        wait_until("the second flush", lambda: len(server.audit(event="flush")["entries"]) == 2)
        self.assertEqual({e["event"] for e in server.audit(limit=1000)["entries"]},
                         {"login", "deletion-requested", "deletion-cancelled", "export", "shared-changed", "log-level-changed", "flush", "clock-confirmed"})

    def test_pages_and_filters(self):
        for level in ("debug", "info", "warn", "error", "info"):
            self.server.ask("POST", "/log_level", {"log_level": level})
        wait_until("all of them", lambda: len(self.server.audit(event="log-level-changed")["entries"]) == 5)
        levels, before = [], ""
        while True:
            page = self.server.audit(event="log-level-changed", limit=2, before=before)
            levels += [e["detail"]["level"] for e in page["entries"]]
            before = page["next"]
            self.assertEqual(page["more"], bool(before))
            if not before:
                break
        self.assertEqual(levels, ["info", "error", "warn", "info", "debug"])
        self.assertEqual(len(self.server.audit(text="WARN")["entries"]), 1)
        self.assertEqual(self.server.audit(user="nobody")["entries"], [])
        self.assertEqual(self.server.audit(end=1)["entries"], [])
        for params in ({"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"event": "none"}, {"before": "x"}, {"start": "x"}, {"user": "u" * 5000}):
            self.assertEqual(self.server.ask("GET", "/api/audit", params)[0], 400, params)


class Readers(unittest.TestCase):
    def setUp(self):
        self.server = Audited()
        self.addCleanup(self.server.close)

    def test_admins_read_it_by_every_endpoint_that_takes_a_selector(self):
        server, now = self.server, time.time_ns()
        server.push(({"job": "app", "kind": "audit"}, [(now, "of an app")]))
        server.ask("POST", "/flush")
        server.wait_for("flush")
        span = {"start": now - 10**10, "end": now + 10**11}
        for path, params in (
                ("/loki/api/v1/query_range", {"query": EVERYTHING}), ("/loki/api/v1/query_range", {"query": 'sum by (event) (count_over_time({kind="audit"}[1m]))'}),
                ("/api/prom/query", {"query": EVERYTHING}), ("/loki/api/v1/series", {"match[]": EVERYTHING}), ("/api/prom/series", {"match[]": EVERYTHING}),
                ("/loki/api/v1/label/event/values", {"query": EVERYTHING}), ("/loki/api/v1/index/volume", {"query": EVERYTHING, "targetLabels": "event"}),
                ("/loki/api/v1/index/volume_range", {"query": EVERYTHING, "targetLabels": "event"}),
                ("/loki/api/v1/detected_fields", {"query": EVERYTHING + ' | json'}), ("/loki/api/v1/detected_labels", {"query": EVERYTHING}),
                ("/loki/api/v1/detected_field/outcome/values", {"query": EVERYTHING}), ("/loki/api/v1/patterns", {"query": EVERYTHING}),
                ("/api/export", {"query": EVERYTHING})):
            status, body, _ = server.ask("GET", path, {**params, **span})
            self.assertEqual(status, 200, path)
            self.assertTrue(any(word in body for word in ("flush", "outcome", '"event"', '"ok"')), f"{path} {body}")
        lines = json.loads(server.ask("GET", "/loki/api/v1/query_range", {"query": EVERYTHING, **span, "direction": "forward"})[1])["data"]["result"]
        self.assertEqual({s["stream"]["job"] for s in lines}, {"app", "logsvc"})
        stats = json.loads(server.ask("GET", "/loki/api/v1/index/stats", {"query": EVERYTHING, **span})[1])
        self.assertGreaterEqual(stats["streams"], 3)

    def test_without_a_login_nobody_reads_it(self):
        for path in ("/api/audit", "/loki/api/v1/query_range?query=" + urllib.parse.quote(EVERYTHING)):
            self.assertEqual(self.server.get(path)[0], 401)
        self.assertEqual(self.server.ask("GET", "/api/audit", auth=basic("admin", "no"))[0], 401)

    def test_nothing_else_shows_it(self):
        server, now = self.server, time.time_ns()
        server.push(({"job": "app"}, [(now, "line")]))
        server.ask("POST", "/flush")
        server.wait_for("flush")
        span = {"start": now - 10**10, "end": now + 10**11}
        for query in ('{job=~".+"}', '{kind=~"audit"}', '{kind=~".*"} |= "outcome"', '{service_name="logsvc"}', '{event="flush"}', '{job="logsvc"}'):
            for path, name in (("query_range", "query"), ("series", "match[]"), ("index/volume", "query"), ("patterns", "query"), ("detected_labels", "query")):
                status, body, _ = server.ask("GET", "/loki/api/v1/" + path, {name: query, **span})
                self.assertIn(status, (200, 400), path)
                self.assertFalse("flush" in body or "outcome" in body or '"audit"' in body, f"{path} {query} {body}")
        for path in ("labels", "label/kind/values", "label/job/values", "series", "detected_labels"):
            body = server.ask("GET", "/loki/api/v1/" + path, span)[1]
            self.assertFalse("audit" in body or "event" in body or "logsvc" in body, f"{path} {body}")
        for path in ("/api/services", "/api/agents", "/metrics", "/api/counters"):
            self.assertNotIn('kind="audit"', server.ask("GET", path)[1])


class Roles(unittest.TestCase):
    """With users of every role, and a token."""

    def setUp(self):
        self.server = Audited()
        self.addCleanup(self.server.close)
        self.users = {}
        for name, role, scope in (("s", "support", ""), ("v", "viewer", ""), ("o", "operator", ""), ("a", "admin", '{job=~".+"}')):
            self.assertEqual(self.server.ask("POST", "/api/users", None, json.dumps({"name": name, "role": role, "scope": scope, "password": PASSWORD}), JSON)[0], 200)
            self.users[name] = basic(name, PASSWORD)

    def test_changes_of_users_and_tokens(self):
        server = self.server
        entry = server.wait_for("user-created", name="v")
        self.assertEqual((entry["user"], entry["detail"]), ("admin", {"name": "v", "grantedRole": "viewer", "grantedScope": ""}))
        self.assertEqual(server.ask("POST", "/api/users/v", None, json.dumps({"role": "operator", "password": PASSWORD + "2"}), JSON)[0], 200)
        server.wait_for("user-changed", name="v", grantedRole="viewer → operator", password="changed")
        self.assertEqual(server.ask("DELETE", "/api/users/v")[0], 204)
        server.wait_for("user-removed", name="v")
        made = json.loads(server.ask("POST", "/api/tokens", None, json.dumps({"name": "t", "role": "support"}), JSON)[1])
        server.wait_for("token-created", id=made["id"], grantedRole="support")
        bearer = {"Authorization": "Bearer " + made["token"]}
        self.assertEqual(server.ask("GET", "/loki/api/v1/labels", auth=bearer)[0], 200)
        self.assertEqual(server.wait_for("login", how="token")["user"], "t")
        self.assertEqual(server.ask("DELETE", "/api/tokens/" + made["id"])[0], 204)
        server.wait_for("token-removed", id=made["id"])
        self.assertEqual(server.ask("GET", "/loki/api/v1/labels", auth=bearer)[0], 401)
        server.wait_for("login", "failed")
        body = json.dumps({"current": PASSWORD, "password": PASSWORD + "3"})
        self.assertEqual(server.ask("POST", "/api/password", None, body, JSON, auth=self.users["o"])[0], 204)
        self.assertEqual(server.wait_for("password-changed")["user"], "o")
        self.assertEqual(server.ask("POST", "/api/users/s/log-out", None, "{}", JSON)[0], 204)
        server.wait_for("session-ended", name="s")
        kept = json.dumps(server.audit(limit=1000))
        for secret in (PASSWORD, made["token"], "argon2"):
            self.assertNotIn(secret, kept)

    def test_changes_by_the_command_line(self):
        done = subprocess.run([BINARY, "user", "add", "cli", "--role", "viewer", "--password-stdin", "--data-dir", self.server.data_dir],
                              input=PASSWORD + "\n", capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.server.wait_for("user-created", name="cli", by="command line")["user"], "")

    def test_look_ups_of_support_are_noted_and_those_of_others_are_not(self):
        server, now = self.server, int(time.time())
        query = '{job="app"} |= "user_7" | json | card="4111"'
        asked = {"query": query, "start": now - 60, "end": now}
        for name in "vosa":
            for _ in range(3):  # the same again is noted once
                self.assertEqual(server.ask("GET", "/loki/api/v1/query_range", asked, auth=self.users[name])[0], 200)
        entry = server.wait_for("lookup", "asked", path="/loki/api/v1/query_range")
        self.assertEqual((entry["user"], entry["role"]), ("s", "support"))
        self.assertEqual(entry["detail"], {"path": "/loki/api/v1/query_range", "values": ["user_7", "4111"], "query": query,
                                           "startMs": (now - 60) * 1000, "endMs": now * 1000})
        form = urllib.parse.urlencode({"query": '{job="app"} |= "by form"'})
        server.ask("POST", "/loki/api/v1/query", None, form, {"Content-Type": "application/x-www-form-urlencoded"}, auth=self.users["s"])
        self.assertEqual(server.wait_for("lookup", "asked", path="/loki/api/v1/query")["detail"]["values"], ["by form"])
        tail = Tail(server, '{job="app"} |= "live"', headers=self.users["s"])
        self.addCleanup(tail.close)
        self.assertEqual(tail.status, 101)
        self.assertEqual(server.wait_for("lookup", "asked", path="/loki/api/v1/tail")["detail"]["values"], ["live"])
        self.assertEqual(len(server.audit(event="lookup")["entries"]), 3)

    def test_nobody_but_admins_without_a_scope_sees_it_by_any_endpoint(self):
        server, now = self.server, time.time_ns()
        server.push(({"job": "app", "kind": "audit"}, [(now, "of an app")]))
        server.ask("POST", "/flush")
        server.wait_for("flush")
        span = {"start": now - 10**11, "end": now + 10**11, "limit": 100}
        routes = json.loads(server.ask("GET", "/api/routes")[1])["routes"]
        paths = [r["path"].replace("{name}", name) for r in routes if "GET" in r["methods"].split() and r["access"] in ("read", "export", "admin", "operate")
                 for name in (("event", "kind") if "{name}" in r["path"] else ("",))]
        self.assertGreater(len(paths), 25)
        selectors = [EVERYTHING, '{job="logsvc"}', '{kind="audit", job="logsvc"}', '{event=~".+"}', '{service_name="logsvc"}',
                     'sum by (event, kind, job) (count_over_time({kind="audit"}[5m]))']
        seen = 0
        for path in paths:
            for selector in selectors:
                asked = {"query": selector, "match[]": selector, "targetLabels": "event", **span}
                for auth in self.users.values():
                    status, body, _ = server.ask("GET", path, asked, auth=auth)
                    seen += status == 200
                    for trace in ("user-created", "outcome", '"event":"flush"', "grantedRole"):
                        self.assertNotIn(trace, body, f"{path} {selector}")
                    if status == 200 and "/event/values" in path:
                        self.assertNotIn("flush", body, path)
        self.assertGreater(seen, 100)
        for auth in self.users.values():
            self.assertEqual(server.ask("GET", "/api/audit", auth=auth)[0], 403)


class Kept(unittest.TestCase):
    def test_pushes_cannot_forge_it(self):
        server = Audited()
        self.addCleanup(server.close)
        now = time.time_ns()
        labels = {"job": "logsvc", "kind": "audit", "event": "flush"}
        status, body, _ = server.push((labels, [(now, "forged")]))
        self.assertEqual(status, 400)
        self.assertIn('kind="audit"', body)
        self.assertIn('job="logsvc"', body)
        legacy = {"streams": [{"labels": '{kind="audit",job="logsvc"}', "entries": [{"ts": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "line": "forged"}]}]}
        self.assertEqual(server.request("POST", "/api/prom/push", json.dumps(legacy), JSON)[0], 400)
        # The others of a push are stored.
        body = {"streams": [{"stream": labels, "values": [[str(now), "forged"]]}, {"stream": {"job": "logsvc"}, "values": [[str(now), "good"]]}]}
        self.assertEqual(server.request("POST", "/loki/api/v1/push", json.dumps(body), JSON)[0], 400)
        span = {"query": '{job="logsvc"}', "start": now - 10**10, "end": now + 10**11}
        self.assertIn("good", server.ask("GET", "/loki/api/v1/query_range", span)[1])
        for query in ('{job="logsvc"}', EVERYTHING):
            self.assertNotIn("forged", server.ask("GET", "/loki/api/v1/query_range", {**span, "query": query})[1])
        self.assertNotIn("forged", json.dumps(server.audit(limit=1000)))
        self.assertIn('reason="reserved_labels"', server.get("/metrics")[1])

    def test_delete_requests_leave_it(self):
        server = Audited("--delete-request-cancel-period", "0s")
        self.addCleanup(server.close)
        server.push(({"job": "app"}, [(time.time_ns() - 10**9, "gone")]))
        server.ask("POST", "/flush")
        before = server.wait_for("flush")
        queries = ['{job="logsvc"}', EVERYTHING, '{job=~".+"}', '{event="flush"}']
        for query in queries:
            self.assertEqual(server.ask("POST", "/loki/api/v1/delete", {"query": query, "start": 1_000_000_000})[0], 204)
        done = lambda: [r["status"] for r in json.loads(server.ask("GET", "/loki/api/v1/delete")[1])] == ["processed"] * len(queries)
        wait_until("the requests are processed", done, server.log_text)
        self.assertEqual(server.wait_for("flush"), before)
        self.assertIn("outcome", server.ask("GET", "/loki/api/v1/query_range", {"query": EVERYTHING})[1])
        self.assertNotIn("gone", server.ask("GET", "/loki/api/v1/query_range", {"query": '{job="app"}'})[1])

    def test_size_caps_of_the_lines_leave_it(self):
        server = Audited("--max-size", "200KB", "--window-age", "1s")
        self.addCleanup(server.close)
        server.ask("POST", "/flush")
        before = server.wait_for("flush")
        capped = lambda: [l for l in server.get("/metrics")[1].splitlines() if l.startswith("logsvc_store_capped_entries_total ") and not l.endswith(" 0")]
        deadline = time.time() + 60
        while not capped() and time.time() < deadline:
            now = time.time_ns()
            server.push(({"job": "app"}, [(now + i, os.urandom(200).hex()) for i in range(1000)]))
            server.ask("POST", "/flush")
        self.assertTrue(capped(), server.log_text())
        entries = server.audit(event="flush", limit=1000)["entries"]
        self.assertIn(before, entries)

    def test_a_kill_takes_nothing_that_is_a_second_old(self):
        server = Audited()
        self.addCleanup(server.close)
        for i in range(20):
            server.ask("POST", "/log_level", {"log_level": ("info", "warn")[i % 2]})
        time.sleep(1)
        server.stop(signal.SIGKILL)
        server.start()
        self.assertEqual(len(server.audit(event="log-level-changed", limit=1000)["entries"]), 20)

    def test_a_stop_takes_nothing(self):
        server = Audited()
        self.addCleanup(server.close)
        for _ in range(10):
            server.ask("POST", "/log_level", {"log_level": "info"})
        self.assertEqual(server.stop(), 0)
        server.start()
        self.assertEqual(len(server.audit(event="log-level-changed")["entries"]), 10)

    def test_without_its_disk_everything_else_works(self):
        server = Audited()
        self.addCleanup(server.close)
        server.stop()
        audit = server.data_dir + "/audit"
        os.rename(audit, audit + ".away")
        with open(audit, "w", encoding="utf-8") as f:
            f.write("in the way")
        server.start()
        self.assertEqual(server.push(({"job": "app"}, [(time.time_ns(), "line")]))[0], 204)
        self.assertEqual(server.ask("POST", "/flush")[0], 204)
        self.assertIn("line", server.ask("GET", "/loki/api/v1/query_range", {"query": '{job="app"}'})[1])
        self.assertEqual(server.ask("GET", "/api/audit")[0], 503)
        self.assertIn("cannot open the audit log", server.log_text())
        os.remove(audit)
        os.rename(audit + ".away", audit)
        wait_until("it is open", lambda: server.ask("GET", "/api/audit")[0] == 200)
        server.wait_for("flush")

    def test_nothing_is_recorded_where_nobody_is_asked(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        self.assertEqual(json.loads(server.get("/api/audit")[1]), {"recording": False, "entries": [], "more": False, "next": ""})
        self.assertFalse(os.path.exists(server.data_dir + "/audit"))
        self.assertEqual(server.push(({"job": "logsvc", "kind": "audit"}, [(time.time_ns(), "forged")]))[0], 400)


if __name__ == "__main__":
    unittest.main()
