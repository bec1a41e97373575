"""Nobody learns of streams outside a scope, or of what is masked, by any endpoint."""
import base64
import contextlib
import itertools
import json
import random
import re
import time
import unittest

from support import Server, Tail, wait_until

PASSWORD = "correct horse battery"
ADMIN = {"Authorization": "Basic " + base64.b64encode(b"admin:" + PASSWORD.encode()).decode()}
SERVICES, ENVS, LEVELS = ("tickets", "payments", "seats"), ("prod", "stage"), ("info", "error")
STREAMS = [{"service": s, "env": e, "level": l, "host": f"host-{s}", "container": f"{s}-{e}"}
           for s, e, l in itertools.product(SERVICES, ENVS, LEVELS)]
SCOPES = {
    '{service="tickets"}': lambda s: s["service"] == "tickets",
    '{service=~"tickets|seats"}': lambda s: s["service"] in ("tickets", "seats"),
    '{env="prod"}': lambda s: s["env"] == "prod",
    '{service!="payments", env="stage"}': lambda s: s["service"] != "payments" and s["env"] == "stage",
    '{level="info"}': lambda s: s["level"] == "info",
    '{container=~"seats-.*", level!="info"}': lambda s: s["service"] == "seats" and s["level"] == "error",
    '{service="nobody"}': lambda s: False,
}


def word(stream):
    """A word that is in all lines of the stream, and nowhere else."""
    return "zq" + "".join(stream[k][:3] for k in ("service", "env", "level"))


def query_paths(query, now):
    """Every endpoint that takes a query or a selector."""
    end = now + 60 * 10**9
    selector = re.match(r"\{[^}]*\}", query)
    span = {"start": now - 3600 * 10**9, "end": end}
    yield "/loki/api/v1/query_range", {"query": query, "limit": 1000, **span}
    yield "/loki/api/v1/query", {"query": f"sum by (service, env, container) (count_over_time({query}[1h]))", "time": end}
    yield "/api/prom/query", {"query": query, "limit": 1000, **span}
    if not selector:
        return
    chosen = selector.group()
    for path in ("index/stats", "index/volume", "index/volume_range", "patterns", "detected_fields", "detected_labels"):
        yield "/loki/api/v1/" + path, {"query": chosen, "step": 60, **span}
    yield "/loki/api/v1/series", {"match[]": chosen, **span}


def plain_paths(now):
    span = {"start": now - 3600 * 10**9, "end": now + 60 * 10**9}
    for path in ("labels", "series", "label/service/values", "label/container/values", "label/host/values",
                 "label/env/values", "label/level/values", "detected_labels"):
        yield "/loki/api/v1/" + path, span
    yield "/api/prom/label", span
    yield "/api/prom/label/service/values", span
    for path in ("/api/pulse", "/api/faults", "/api/agents", "/api/counters", "/api/status", "/api/shared", "/loki/api/v1/status/buildinfo"):
        yield path, {}
    yield "/api/pulse", {"step": 60}
    yield "/api/opening", {"at": now // 10**6 - 100_000}


class Narrowed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "password", env={"LOGSVC_ADMIN_PASSWORD": PASSWORD})
        cls.addClassCleanup(cls.server.close)
        cls.now = time.time_ns()

    def token(self, role, scope=""):
        body = json.dumps({"name": f"t{random.getrandbits(60):x}", "role": role, "scope": scope})
        status, text, _ = self.server.request("POST", "/api/tokens", body, {**ADMIN, "Content-Type": "application/json"})
        self.assertEqual(status // 100, 2, text)
        return {"Authorization": "Bearer " + json.loads(text)["token"]}

    def get(self, path, params, headers):
        status, body, _ = self.server.get(path, params, headers=headers)
        return status, body

    def tail(self, path, query, headers):
        tail = Listener(self.server, query, path, headers)
        self.addCleanup(tail.close)
        self.assertEqual(tail.status, 101)
        return tail


class Listener(Tail):
    def text_until(self, words, seconds=20):
        """Everything that comes until one of the words does."""
        text, deadline = "", time.time() + seconds
        while not any(w in text for w in words):
            if time.time() > deadline:
                raise AssertionError(f"none of {words} in {text[-2000:]}")
            text += self.frame()[1].decode("utf-8", "replace")
        return text

    def text_for(self, seconds):
        """Everything that comes in that time."""
        text, deadline = "", time.time() + seconds
        with contextlib.suppress(TimeoutError):
            while (left := deadline - time.time()) > 0:
                self.socket.settimeout(left)
                text += self.frame()[1].decode("utf-8", "replace")
        return text


class Scopes(Narrowed):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        events = []
        for i, stream in enumerate(STREAMS):
            lines = [(cls.now - (j + 1) * 10**9 * 30, json.dumps({"msg": f"{word(stream)} step {j}", "n": j}),
                      {"trace": word(stream)}) for j in range(5 + i)]
            cls.server.push((stream, lines))
            events.append((cls.now - 10**9, json.dumps({"event": "die", "container": stream["container"], "exitCode": str(i)})))
        cls.server.push(({"job": "docker-events", "host": "zqevents"}, events))
        for service in SERVICES:
            report = {"v": 1, "agent": f"agent-{service}", "host": f"host-{service}", "version": "1", "containers": 2,
                      "lines": [[f"c{e}", 1, 10] for e in ENVS],
                      "sources": [[f"c{e}", f"{service}-{e}", "json-file", "file", cls.now // 10**6, 0, 1] for e in ENVS]}
            body = {"streams": [{"stream": dict(STREAMS[0], service=service, host=f"host-{service}", env="prod", container=f"{service}-prod"),
                                 "values": [[str(cls.now), word({"service": service, "env": "prod", "level": "info"})]]}]}
            cls.server.request("POST", "/loki/api/v1/push", json.dumps(body),
                               {"Content-Type": "application/json", "X-Logsvc-Agent": json.dumps(report)})
        put = [{"kind": "counters", "item": {"id": "all", "name": "all", "query": '{env=~".+"}'}},
               {"kind": "reports", "item": {"id": "r", "name": "r", "atMs": cls.now // 10**6, "markdown": "zqreport"}}]
        status, text, _ = cls.server.request("POST", "/api/shared", json.dumps({"put": put}),
                                             {**ADMIN, "Content-Type": "application/json"})
        assert status == 200, text

    def forbidden(self, sees):
        """Words of streams outside, and values of labels that only they have."""
        inside = [s for s in STREAMS if sees(s)]
        known = {v for s in inside for v in s.values()}
        outside = [s for s in STREAMS if not sees(s)]
        words = {word(s) for s in outside}
        words |= {v for s in outside for k, v in s.items() if k != "level" and v not in known}
        return words | {"zqevents", "zqreport"} | {"agent-" + s for s in SERVICES if f"host-{s}" not in known}

    def check(self, text, words, where):
        for w in words:
            self.assertNotIn(f'"{w}' if w in ("prod", "stage", *SERVICES) else w, text, where)

    def test_every_endpoint(self):
        chance = random.Random(17)
        texts = ('|= "step"', '| json | n > 2', '| json | line_format "{{.msg}}"', "", '|~ "zq.*step [1-3]"', '| trace != ""')
        for scope, sees in SCOPES.items():
            token, words = self.token("viewer", scope), self.forbidden(sees)
            selectors = ['{env=~".+"}', '{service=~".+"}', '{service="payments"}', '{job=~".*"}', '{host=~"host.*"}', scope]
            paths = list(plain_paths(self.now))
            for _ in range(12):
                query = chance.choice(selectors) + " " + chance.choice(texts)
                paths += list(query_paths(query.strip(), self.now))
            for path, params in paths:
                status, text = self.get(path, params, token)
                self.assertLess(status, 500, (path, text))
                self.check(text, words, (scope, path, params))

    def counted(self, query, headers):
        status, text = self.get("/loki/api/v1/query", {"query": query, "time": self.now + 60 * 10**9}, headers)
        self.assertEqual(status, 200, text)
        return {json.dumps(r["metric"], sort_keys=True): r["value"][1] for r in json.loads(text)["data"]["result"]}

    def test_counts_are_those_of_a_query_restricted_by_hand(self):
        for scope in SCOPES:
            token = self.token("viewer", scope)
            for asked in ('env=~".+"', 'service=~"t.*|p.*"', 'level="error"'):
                by_hand = "{" + asked + "," + scope[1:]
                for form in ("sum by (service, env, level) (count_over_time(%s[2h]))", "sum(count_over_time(%s |= `step`[2h]))",
                             "sum by (n) (count_over_time(%s | json | __error__=`` [2h]))", "count(count_over_time(%s[2h]))"):
                    self.assertEqual(self.counted(form % ("{" + asked + "}"), token), self.counted(form % by_hand, ADMIN), (scope, form))

    def test_pulse_counts_and_agents(self):
        for scope, sees in SCOPES.items():
            token = self.token("viewer", scope)
            expected = {k: int(v) for k, v in self.counted(f'sum by (service) (count_over_time({scope[:-1]}, env=~".+"}}[2h]))', ADMIN).items()}

            def counts(token=token):
                pulse = json.loads(self.get("/api/pulse", {"step": 60}, token)[1])
                return {json.dumps({"service": s["name"]}): sum(s["cells"][2::3]) for s in pulse["services"]}
            wait_until(f"the pulse of {scope}", lambda: counts() == expected, counts)
            agents = json.loads(self.get("/api/agents", {}, token)[1])["agents"]
            inside = [s for s in STREAMS if sees(s)]
            outside = {s["container"] for s in STREAMS if not sees(s)}
            self.assertEqual({a["host"] for a in agents}, {s["host"] for s in inside}, scope)
            shown = {c["name"] for a in agents for c in a["described"]}
            self.assertEqual(shown, {s["container"] for s in inside} - outside, scope)
            counter = json.loads(self.get("/api/counters", {}, token)[1])["counters"]
            self.assertEqual([c["id"] for c in counter], ["all"])

            def total(token=token):
                return json.loads(self.get("/api/counters", {}, token)[1])["counters"][0]["total"]
            wait_until("the counter", lambda: total() == sum(expected.values()), total)
            status = json.loads(self.get("/api/status", {}, token)[1])
            self.assertNotIn("streams", status)
            self.assertNotIn("linesReceived", status)

    def test_live_connections(self):
        for scope, sees in SCOPES.items():
            inside = [s for s in STREAMS if sees(s)]
            if not inside:
                continue
            token, words = self.token("viewer", scope), self.forbidden(sees)
            live = [self.tail(path, '{env=~".+"}', token) for path in ("/api/live", "/loki/api/v1/tail", "/api/prom/tail")]
            pulse = self.tail("/api/pulse", "", token)
            last = f"zqlast{random.getrandbits(40):x}"
            for stream in [*STREAMS, inside[-1]]:
                self.server.push((stream, [(time.time_ns(), f"{word(stream)} failed {last if stream is inside[-1] else ''}")]))
            for tail in live:
                self.check(tail.text_until([last]), words, scope)
            self.check(pulse.text_for(2.5), words, scope)


SECRETS = ["4111-1111-1111-1111", "5500 0000 0000 0004", "kim.minsu@example.com", "010-1234-5678", "900101-1234568"]


def parts_of(secret):
    """The secret, and the pieces of it that would give it away."""
    return [secret, secret[-8:]]


class Masked(Narrowed):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = []
        for i, secret in enumerate(SECRETS):
            at = cls.now - (i + 1) * 60 * 10**9
            values += [(at, f"paid with {secret} ok order {i}"),
                       (at + 1, json.dumps({"msg": f"user {secret} failed", "card": secret, "deep": {"card": secret}, "order": i})),
                       (at + 2, f'level=info card="{secret}" order={i}'),
                       (at + 3, "plain", {"card": secret}),
                       (at + 4, json.dumps({"event": "paid", "text": secret, "list": [secret]}))]
        cls.server.push(({"service": "pay", "level": "info", "host": "h"}, values))
        cls.server.push(({"service": "pay", "level": "error", "host": "h"}, values))
        cls.server.push(({"service": "odd", "host": "h"}, [(v[0], "error: " + v[1], *v[2:]) for v in values]))
        cls.server.push(({"service": "pay", "source": "docker-event", "host": "h", "container": "c"},
                         [(cls.now - i, json.dumps({"event": f"health_status: {s}", "health": s})) for i, s in enumerate(SECRETS)]))

    def check(self, text, where):
        for secret in SECRETS:
            for part in parts_of(secret):
                self.assertNotIn(part, text, where)

    STAGES = ("", "| json", '| json | line_format "{{.card}} {{.deep_card}} {{.msg}}"', '| logfmt | line_format "{{.card}}"',
              '| regexp "with (?P<x>.{12,24}) ok"', '| pattern "paid with <x> ok <_>"', "| json | label_format y=card",
              '| json x="deep.card" | x != ""', '| card != ""', '| line_format "{{__line__}} {{ .card | replace `-` `+` }}"',
              '| line_format "{{ __line__ | b64enc }}"', '| decolorize | json', '|~ "4.11|5500|@"', "| unpack")

    def test_every_endpoint(self):
        for scope in ("", '{service="pay"}'):
            token = self.token("support", scope)
            paths = list(plain_paths(self.now))
            for stages in self.STAGES:
                paths += list(query_paths(('{service=~".+"} ' + stages).strip(), self.now))
            for group in ("card", "deep_card", "msg", "x"):
                for stages in ("| json", "| logfmt", '| regexp "with (?P<x>.{12,24}) ok"', ""):
                    query = f'sum by ({group}) (count_over_time({{service=~".+"}} {stages} [1h]))'
                    paths.append(("/loki/api/v1/query", {"query": query, "time": self.now}))
                    paths.append(("/loki/api/v1/query_range", {"query": query, "start": self.now - 3600 * 10**9, "end": self.now, "step": 60}))
            paths += [("/loki/api/v1/detected_field/card/values", {"query": '{service=~".+"} | json', "start": self.now - 3600 * 10**9, "end": self.now})]
            for path, params in paths:
                status, text = self.get(path, params, token)
                self.assertLess(status, 500, (path, params, text))
                self.check(text, (path, params))
                self.check(" ".join(decoded(text)), (path, params))
            self.assertEqual(self.get("/api/export", {"query": '{service="pay"}'}, token)[0], 403)

    def test_what_is_not_secret_is_there(self):
        token = self.token("support")
        span = {"start": self.now - 3600 * 10**9, "end": self.now + 10**9, "limit": 1000}
        got = self.get("/loki/api/v1/query_range", {"query": '{service="pay", level="info"} |= `paid with`', **span}, token)[1]
        lines = [v[1] for r in json.loads(got)["data"]["result"] for v in r["values"]]
        self.assertEqual(sorted(lines)[0], "paid with <card> ok order 0")
        self.assertEqual(len(lines), len(SECRETS))
        faults = json.loads(wait_until("faults", lambda: self.some_faults(token)))["faults"]
        self.assertTrue(any("<" in f["sample"] for f in faults), faults)

    def some_faults(self, token):
        text = self.get("/api/faults", {}, token)[1]
        return json.loads(text)["total"] > 0 and text

    def test_probing_finds_nothing(self):
        token = self.token("support")
        span = {"start": self.now - 3600 * 10**9, "end": self.now + 10**9, "limit": 10}
        for secret in SECRETS:
            for n in range(4, len(secret) + 1):
                piece = secret[:n]
                for query in (f'{{service=~".+"}} |= `{piece}`', f'{{service=~".+"}} |~ `{re.escape(piece)}`', f'{{service=~".+"}} | card=~`{re.escape(piece)}.*`'):
                    status, text = self.get("/loki/api/v1/query_range", {"query": query, **span}, token)
                    self.assertEqual(status, 200, text)
                    answer = json.loads(text)["data"]
                    self.assertEqual(answer["result"], [], query)
            stats = []
            for needle in (secret, "7" * len(secret)):
                data = json.loads(self.get("/loki/api/v1/query_range", {"query": f'{{service=~".+"}} |= `{needle}`', **span}, token)[1])["data"]
                stats.append({k: v for k, v in data["stats"]["summary"].items() if "ime" not in k and "PerSecond" not in k})
            self.assertEqual(stats[0], stats[1], secret)

    def test_live_connections(self):
        token = self.token("support")
        live = [self.tail(path, '{service=~".+"} | json | logfmt', token) for path in ("/api/live", "/loki/api/v1/tail")]
        raw = self.tail("/api/live", '{service=~".+"} | json | logfmt', ADMIN)
        pulse = self.tail("/api/pulse", "", token)
        for i, secret in enumerate(SECRETS):
            for line in (f"{secret} failed", json.dumps({"msg": secret, "card": secret})):
                self.server.push(({"service": "pay", "level": "error", "host": "h"}, [(time.time_ns(), line, {"card": secret})]))
        self.server.push(({"service": "pay", "level": "info"}, [(time.time_ns(), "zqlast")]))
        for tail in live:
            self.check(tail.text_until(["zqlast"]), "live")
        self.assertIn(SECRETS[0], raw.text_until(["zqlast"]))
        self.check(pulse.text_for(2.5), "pulse")


def decoded(text):
    """What looks like base64 in it."""
    for piece in re.findall(r"[A-Za-z0-9+/=]{16,}", text):
        with contextlib.suppress(ValueError):
            yield base64.b64decode(piece, validate=True).decode("utf-8", "replace")


if __name__ == "__main__":
    unittest.main()
