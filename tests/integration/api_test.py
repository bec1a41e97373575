"""Endpoints of the HTTP API besides push and query, as their clients call them."""
import gzip
import json
import time
import unittest
import urllib.parse

from support import Server, Tail

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off", "--retention", "0")
        cls.addClassCleanup(cls.server.close)
        cls.base = (time.time_ns() // 10**9 - 600) * 10**9
        second = 10**9
        cls.server.push(
            ({"app": "shop", "env": "prod"}, [(cls.base + i * second, f'level=info msg="paid {i}" took={i}ms') for i in range(50)]),
            ({"app": "mail", "env": "prod"}, [(cls.base + i * second, json.dumps({"level": "error", "to": {"user": f"u{i % 3}"}})) for i in range(20)]),
            ({"app": "meta"}, [(cls.base, "with metadata", {"trace_id": "t1", "user": 7, "ok": True, "more": {"a": 1}})]))

    def answer(self, path, **params):
        status, body, _ = self.server.get(path, {"start": self.base - 10**9, "end": self.base + 600 * 10**9, **params})
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def test_gets_and_form_posts_answer_alike(self):
        params = {"query": '{app="shop"}', "match[]": '{app="shop"}', "start": self.base, "end": self.base + 100 * 10**9}
        for path in ["query_range", "labels", "label/app/values", "series", "index/stats", "index/volume",
                     "index/volume_range", "detected_labels", "detected_fields", "detected_field/took/values", "patterns"]:
            path = "/loki/api/v1/" + path
            got = self.server.get(path, params)
            posted = self.server.request("POST", path, urllib.parse.urlencode(params), FORM)
            self.assertEqual(got[0], 200, (path, got[1]))
            without_stats = lambda body: {k: v for k, v in json.loads(body).items() if k != "data"}
            self.assertEqual(posted[0], 200)
            self.assertEqual(without_stats(posted[1]), without_stats(got[1]), path)

    def test_logs_drilldown_gets_a_part_of_too_many_series(self):
        self.server.push(({"app": "many"}, [(self.base + i, f"id={i}") for i in range(520)]))
        query = 'sum by (id) (count_over_time({app="many"} | logfmt [10m]))'
        for path, extra in [("query", {"time": self.base + 10**9}),
                            ("query_range", {"start": self.base, "end": self.base + 10**9, "step": "1"})]:
            path, params = "/loki/api/v1/" + path, {"query": query, **extra}
            status, body, _ = self.server.get(path, params, headers={"X-Query-Tags": "Source=grafana"})
            self.assertEqual((status, "maximum number of series (500) reached" in body), (400, True))
            status, body, _ = self.server.get(path, params, headers={"X-Query-Tags": "a=b,Source=grafana-lokiexplore-app"})
            answer = json.loads(body)
            self.assertEqual((status, len(answer["data"]["result"])), (200, 500))
            self.assertEqual(answer["warnings"], ["maximum number of series (500) reached for a single query; returning partial results"])

    def test_long_urls(self):
        words = "|".join(f"word{i}" for i in range(8000))
        answer = self.answer("/loki/api/v1/query_range", query='{app="shop"} |~ "' + words + '|paid 7"')
        lines = [v[1] for s in answer["data"]["result"] for v in s["values"]]
        self.assertEqual(lines, ['level=info msg="paid 7" took=7ms'])
        status, body, _ = self.server.get("/loki/api/v1/query_range", {"query": '{app="shop"} |= "' + "a" * 140_000 + '"'})
        self.assertEqual((status, "input size too long" in body), (400, True))

    def test_metadata_of_any_type_comes_back_apart_when_asked_for(self):
        status, body, _ = self.server.get("/loki/api/v1/query_range", {"query": '{app="meta"}', "start": self.base - 1},
                                          headers={"X-Loki-Response-Encoding-Flags": "x, categorize-labels"})
        data = json.loads(body)["data"]
        self.assertEqual((status, data["encodingFlags"]), (200, ["x", "categorize-labels"]))
        self.assertEqual(data["result"], [{"stream": {"app": "meta", "service_name": "meta"}, "values": [
            [str(self.base), "with metadata", {"structuredMetadata": {
                "detected_level": "unknown", "more": '{"a":1}', "ok": "true", "trace_id": "t1", "user": "7"}}]]}])
        merged = self.answer("/loki/api/v1/query_range", query='{app="meta"} | trace_id="t1"')
        self.assertEqual(merged["data"]["result"][0]["stream"]["trace_id"], "t1")

    def test_volumes(self):
        volume = self.answer("/loki/api/v1/index/volume", query='{env="prod"}', targetLabels="app")
        rows = {r["metric"]["app"]: int(r["value"][1]) for r in volume["data"]["result"]}
        self.assertEqual(set(rows), {"shop", "mail"})
        self.assertEqual(volume["data"]["resultType"], "vector")
        ranged = self.answer("/loki/api/v1/index/volume_range", query='{env="prod"}', targetLabels="app", step="10")
        self.assertEqual(ranged["data"]["resultType"], "matrix")
        for row in ranged["data"]["result"]:
            self.assertAlmostEqual(sum(int(v) for _, v in row["values"]), rows[row["metric"]["app"]], delta=5)
        self.assertEqual(self.server.get("/loki/api/v1/index/volume", {"query": '{env="prod"}', "limit": "-1"})[:2],
                         (400, "limit must be a positive value"))

    def test_detected_fields_and_patterns(self):
        fields = {f["label"]: f for f in self.answer("/loki/api/v1/detected_fields", query='{env="prod"}')["fields"]}
        self.assertEqual(fields["took"], {"label": "took", "type": "duration", "cardinality": 50, "parsers": ["logfmt"]})
        self.assertEqual(fields["to_user"]["jsonPath"], ["to", "user"])
        self.assertIsNone(fields["detected_level"]["parsers"])
        values = self.answer("/loki/api/v1/detected_field/to_user/values", query='{env="prod"}')
        self.assertEqual(values, {"limit": 1000, "values": ["u0", "u1", "u2"]})
        patterns = self.answer("/loki/api/v1/patterns", query='{app="shop"}')["data"]
        self.assertEqual([(p["pattern"], p["level"]) for p in patterns], [('level=info msg="paid <_>" took=<_>', "info")])
        self.assertEqual(sum(n for _, n in patterns[0]["samples"]), 50)
        self.assertEqual(self.server.get("/loki/api/v1/patterns", {"query": '{app="shop"} |= "x"'})[:2],
                         (400, "only label matchers are supported"))

    def test_legacy_paths(self):
        body = {"streams": [{"labels": '{app="old"}', "entries": [
            {"ts": "2026-01-02T03:04:05.678Z", "line": "x <y>", "structuredMetadata": {"k": "v"}}]}]}
        self.assertEqual(self.server.request("POST", "/api/prom/push", json.dumps(body), JSON)[0], 204)
        params = {"query": '{app="old"}', "start": "2026-01-02T03:00:00Z", "end": "2026-01-02T04:00:00Z"}
        found = json.loads(self.server.get("/api/prom/query", {**params, "regexp": "x .y"})[1])
        self.assertEqual(found["streams"], [{"labels": '{app="old", detected_level="unknown", k="v", service_name="old"}',
                                             "entries": [{"ts": "2026-01-02T03:04:05.678Z", "line": "x <y>"}]}])
        self.assertEqual(json.loads(self.server.get("/api/prom/query", {**params, "regexp": "z"})[1])["streams"], [])
        self.assertEqual(json.loads(self.server.get("/api/prom/label", params)[1]), {"values": ["app", "service_name"]})
        self.assertEqual(json.loads(self.server.get("/api/prom/label/app/values", params)[1]), {"values": ["old"]})

    def test_small_endpoints(self):
        limits = self.answer("/loki/api/v1/drilldown-limits")
        self.assertEqual((limits["version"], limits["limits"]["volume_enabled"]), ("3.7.6", True))
        self.assertIn("level", limits["limits"]["log_level_fields"])
        self.assertEqual(self.server.get("/log_level")[1], '{"message":"Current log level is info"}\n')
        status, body, _ = self.server.request("POST", "/log_level", "log_level=bogus", FORM)
        self.assertEqual((status, json.loads(body)), (400, {"status": "failed", "message": 'unrecognized log level "bogus"'}))
        self.assertEqual(self.server.request("POST", "/log_level", "log_level=info", FORM)[1],
                         '{"status":"success","message":"Log level set to info"}\n')
        self.assertIn("store => Running", self.server.get("/services")[1])
        self.assertEqual(self.server.get("/loki/api/v1/rules")[:2], (404, "no rule groups found\n"))
        self.assertEqual(json.loads(self.server.get("/prometheus/api/v1/rules")[1])["data"], {"groups": []})
        self.assertEqual(json.loads(self.server.get("/prometheus/api/v1/alerts")[1])["data"], {"alerts": []})

    def test_answers_are_gzipped_for_those_who_take_it(self):
        status, _, headers = self.server.get("/loki/api/v1/query_range", {"query": '{app="shop"}', "start": self.base},
                                             headers={"Accept-Encoding": "gzip"})
        self.assertEqual((status, headers.get("Content-Encoding")), (200, "gzip"))
        self.assertNotIn("Content-Encoding", self.server.get("/ready")[2])


class Otlp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off", "--retention", "0")
        cls.addClassCleanup(cls.server.close)

    def post(self, body, **headers):
        return self.server.request("POST", "/otlp/v1/logs", body, {"Content-Type": "application/json", **headers})

    def request_of(self, service, line):
        record = {"timeUnixNano": str(time.time_ns()), "severityNumber": 17, "body": {"stringValue": line},
                  "attributes": [{"key": "http.path", "value": {"stringValue": "/a"}}]}
        resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
        return json.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}]})

    def test_records_are_stored_with_level_and_metadata(self):
        self.assertEqual(self.post(self.request_of("json", "hello"))[:2], (204, ""))
        body = gzip.compress(self.request_of("zipped", "hello").encode())
        self.assertEqual(self.post(body, **{"Content-Encoding": "gzip", "Content-Type": "application/json; charset=utf-8"})[0], 204)
        for service in ["json", "zipped"]:
            found = self.server.get("/loki/api/v1/query_range", {"query": '{service_name="%s"} | http_path="/a"' % service})
            stream = json.loads(found[1])["data"]["result"][0]["stream"]
            self.assertEqual((stream["detected_level"], stream["severity_number"]), ("error", "17"))
        self.assertIn('format="otlp"} 2', self.server.get("/metrics")[1])

    def test_errors_are_a_status_message(self):
        status, body, headers = self.post("nonsense")
        self.assertEqual((status, headers["Content-Type"], body[0]), (400, "application/octet-stream", "\x12"))
        self.assertEqual(self.post("{}", **{"Content-Type": "text/plain"})[0], 400)
        self.assertEqual(self.post("{}", **{"Content-Encoding": "br"})[0], 400)
        self.assertEqual(self.post("{}")[0], 204)


class HostileBodies(unittest.TestCase):
    """Each gets a clear 4xx, and the server goes on."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off", "--retention", "0")
        cls.addClassCleanup(cls.server.close)

    def post(self, body, **headers):
        status, text, _ = self.server.request("POST", "/loki/api/v1/push", body, {**JSON, **headers}, timeout=120)
        self.assertEqual(self.server.get("/ready")[0], 200)
        return status, text

    def test_a_zip_bomb(self):
        packed = gzip.compress(bytes(600 << 20), compresslevel=1)
        status, text = self.post(packed, **{"Content-Encoding": "gzip"})
        self.assertEqual(status, 400)
        self.assertIn("decompressed message size too large", text)
        self.assertEqual(self.server.request("POST", "/otlp/v1/logs", packed, {**JSON, "Content-Encoding": "gzip"}, timeout=120)[0], 400)

    def test_a_snappy_body_that_claims_4_gib(self):
        status, text = self.post(b"\xff\xff\xff\xff\x0f" + bytes(100), **{"Content-Type": "application/x-protobuf"})
        self.assertEqual(status, 400)
        self.assertIn("too large", text)

    def test_1e5_labels(self):
        status, text = self.server.push(({f"l{i}": "v" for i in range(100_000)}, [(time.time_ns(), "x")]))[:2]
        self.assertEqual(status, 400)
        self.assertIn("has 100000 label names; limit 32", text)
        self.assertLess(len(text), 20_000)

    def test_1e5_metadata_pairs(self):
        status, text = self.server.push(({"a": "b"}, [(time.time_ns(), "x", {f"k{i}": "v" for i in range(100_000)})]))[:2]
        self.assertEqual(status, 400)
        self.assertIn("structured metadata", text)

    def test_deep_json(self):
        self.assertEqual(self.post("[" * 1_000_000)[0], 400)
        self.assertEqual(self.server.request("POST", "/otlp/v1/logs", "[" * 1_000_000, JSON)[0], 400)

    def test_bodies_that_end_where_others_have_their_turn(self):
        for size in range(16 * 65536 - 2000, 16 * 65536 + 200, 50):
            self.assertEqual(self.post("[" * size)[0], 400, size)

    def test_times_before_1970_and_of_the_year_9999(self):
        self.assertEqual(self.server.push(({"t": "old"}, [(-5, "before 1970")]))[0], 204)
        status, text = self.post('{"streams":[{"stream":{"t":"new"},"values":[["253402300799000000000","x"]]}]}')
        self.assertEqual(status, 400)
        self.assertIn("streams[0].values[0]", text)
        status, text = self.server.push(({"t": "new"}, [(9_223_372_036_000_000_000, "x")]))[:2]
        self.assertEqual(status, 400)
        self.assertIn("timestamp too new", text)


class LegacyTail(unittest.TestCase):
    def test_frames_have_the_older_form(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        now = time.time_ns()
        server.push(({"t": "legacy"}, [(now, "one")]))
        tail = Tail(server, '{t="legacy"}', path="/api/prom/tail")
        self.addCleanup(tail.close)
        frame = json.loads(next(p for opcode, p in iter(tail.frame, None) if opcode == 1))
        self.assertIsNone(frame["dropped_entries"])
        self.assertEqual(frame["streams"][0]["labels"], '{detected_level="unknown", service_name="unknown_service", t="legacy"}')
        self.assertEqual(frame["streams"][0]["entries"][0]["line"], "one")


if __name__ == "__main__":
    unittest.main()
