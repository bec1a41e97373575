"""What the page keeps for the whole team: /api/shared and the counters of it."""
import base64
import json
import signal
import time
import unittest

from support import Server, wait_until

JSON = {"Content-Type": "application/json"}


def put(kind, **item):
    return json.dumps({"put": [{"kind": kind, "item": item}]})


class Shared(unittest.TestCase):
    def setUp(self):
        self.server = Server("--auth", "off")
        self.addCleanup(self.server.close)

    def change(self, body, headers=JSON):
        return self.server.request("POST", "/api/shared", body, headers)

    def state(self):
        return json.loads(self.server.get("/api/shared")[1])

    def test_kept_over_a_kill_and_told_apart_by_version(self):
        first = self.state()
        status, body, _ = self.change(put("views", id="v1", name="오류", search="?query=x"))
        self.assertEqual(status, 200, body)
        state = json.loads(body)
        self.assertEqual(state["views"], [{"id": "v1", "name": "오류", "search": "?query=x"}])
        self.assertGreater(state["version"], first["version"])
        known = json.loads(self.server.get("/api/shared", {"version": state["version"]})[1])
        self.assertEqual(known, {"version": state["version"]})
        self.server.stop(signal.SIGKILL)
        self.server.start()
        again = self.state()
        self.assertEqual(again["views"], state["views"])
        self.assertGreater(again["version"], state["version"])

    def test_an_opening_has_its_report_though_nobody_looked_on(self):
        at = (time.time_ns() // 10**9 - 11 * 60) * 1000
        lines = [(at * 10**6 + 5 * 10**6, "payment completed"), (at * 10**6 + 9, "up")]
        self.server.push(({"service": "api", "level": "info"}, lines), ({"service": "queue", "level": "error"}, [(at * 10**6 + 7, "boom")]))
        status, body, _ = self.change(put("openings", id=str(at), name="Musical", atMs=at, services=["api", "queue"], success="completed"))
        self.assertEqual(status, 200, body)
        wait_until("the report", lambda: self.state()["reports"])
        report = self.state()["reports"][0]
        self.assertEqual((report["id"], report["name"], report["atMs"]), (str(at), "Musical", at))
        result = report["result"]
        self.assertEqual(result["services"][0], {"name": "api", "firstLineMs": 0, "lines": 2, "errors": 0, "peak": 2, "ends": 0})
        self.assertEqual((result["verdict"], result["success"]), ("bad", {"count": 1, "firstMs": 5}))
        self.assertEqual(result["reasons"], [{"what": "manyErrors", "service": "queue", "count": 1}])
        asked = self.server.get("/api/opening", [("at", at), ("service", "api"), ("service", "queue"), ("success", "completed")])
        self.assertEqual(json.loads(asked[1]), result)
        without_list = json.loads(self.server.get("/api/opening", {"at": at})[1])
        self.assertEqual((without_list["verdict"], without_list["services"]), ("bad", []))
        for wrong in ({}, {"at": "soon"}, {"at": -1}, {"at": 10**15}, {"at": at, "success": "x" * 501}):
            self.assertEqual(self.server.get("/api/opening", wrong)[0], 400, wrong)
        self.assertEqual(self.change(put("reports", id="1", name="n", atMs=at, result={**result, "verdict": "<b>"}))[0], 400)

    def test_other_sites_cannot_change_it(self):
        body = put("views", id="v1", name="n", search="")
        for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"},
                        {**JSON, "Origin": "http://evil.example"}, {**JSON, "Origin": "null"}):
            self.assertEqual(self.change(body, headers)[0], 403, headers)
        self.assertEqual(self.state()["views"], [])
        own = {**JSON, "Origin": f"http://127.0.0.1:{self.server.port}"}
        self.assertEqual(self.change(body, own)[0], 200)

    def test_what_is_wrong_is_refused_with_the_reason(self):
        for body, why in ((b"", "expected"), (put("views", id="v 1", name="n", search=""), "letters"),
                          (put("openings", id="1", name="n", atMs="soon", services=[]), "atMs"), (put("secrets", id="1"), "unknown kind"),
                          (put("counters", id="1", name="n", query="{a="), "parse error")):
            status, text, _ = self.change(body)
            self.assertEqual(status, 400, body)
            self.assertIn(why, text)
        self.assertEqual(self.change(json.dumps({"put": [{"kind": "views", "item": {"id": "x" * 3_000_000}}]}))[0], 413)
        self.assertEqual(self.server.request("DELETE", "/api/shared")[0], 405)

    def test_only_with_the_password_if_there_is_one(self):
        guarded = Server("--auth", "password", "--admin-password", "hunter2")
        self.addCleanup(guarded.close)
        body = put("views", id="v1", name="n", search="")
        self.assertEqual(guarded.request("POST", "/api/shared", body, JSON)[0], 401)
        self.assertEqual(guarded.get("/api/shared")[0], 401)
        self.assertEqual(guarded.get("/api/counters")[0], 401)
        basic = {"Authorization": "Basic " + base64.b64encode(b"admin:hunter2").decode()}
        self.assertEqual(guarded.request("POST", "/api/shared", body, {**JSON, **basic})[0], 200)

    def counter(self):
        (counter,) = json.loads(self.server.get("/api/counters")[1])["counters"]
        return counter

    def wait_for_total(self, total):
        deadline = time.time() + 30
        while self.counter()["total"] < total and time.time() < deadline:
            time.sleep(0.02)
        self.assertEqual(self.counter()["total"], total)

    def test_a_counter_has_the_hour_before_and_what_comes_each_line_once(self):
        now = time.time_ns()
        self.server.push(({"service": "t"}, [(now - i * 60 * 10**9, f"sold {i}") for i in range(30)] + [(now, "other")]))
        self.assertEqual(self.change(put("counters", id="c", name="sold", query='{service="t"} |= "sold"'))[0], 200)
        self.wait_for_total(30)
        for i in range(10):
            self.server.push(({"service": "t"}, [(time.time_ns(), f"sold again {i}"), (time.time_ns(), "other")]))
        self.wait_for_total(40)
        self.assertEqual(sum(self.counter()["minutes"]), 40)
        # After a restart from the store.
        self.server.stop()
        self.server.start()
        self.wait_for_total(40)
        self.assertEqual(json.loads(self.server.get("/api/status")[1]).get("viewers", 0), 0)


if __name__ == "__main__":
    unittest.main()
