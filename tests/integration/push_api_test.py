"""`loki_push_api` of a Promtail file: other agents and plain HTTP clients push to an agent."""
import gzip
import http.client
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
import zlib

from promtail_test import Base, Promtail
from support import BINARY, free_port, wait_until

JSON = {"Content-Type": "application/json"}


class Pushed(Base):
    def listen(self, more=None, server="enable_runtime_reload: true", flags=(), **config):
        """An agent with a push target; `more`: other keys of its scrape_config."""
        self.push_port = free_port()
        self.config = {"server": {"http_listen_address": "127.0.0.1", "http_listen_port": self.push_port, "grpc_listen_port": 0, "log_level": "warn"},
                       "labels": {"job": self.job, "via": "agent"}, **config}
        self.agent.configure([{"job_name": "push", "loki_push_api": self.config, **(more or {})}], server)
        self.start(*flags)

    def start(self, *flags):
        self.agent.start(*flags)
        wait_until("it listens", self.listens, self.agent.log_text)

    def listens(self):
        try:
            return self.post("/ready", None, method="GET")[0] == 200
        except OSError:
            return False

    def post(self, path, body, headers=None, method="POST"):
        """(status, text, headers)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.push_port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace"), dict(answer.getheaders())
        finally:
            connection.close()

    def push(self, *streams, packed=None):
        """Each stream: (labels, [[ns, line], …])."""
        body = json.dumps({"streams": [{"stream": labels, "values": [[str(v[0]), *v[1:]] for v in values]} for labels, values in streams]}).encode()
        headers = dict(JSON)
        if packed:
            headers["Content-Encoding"] = packed
            body = gzip.compress(body) if packed == "gzip" else zlib.compress(body)
        return self.post("/loki/api/v1/push", body, headers)

    def raw(self, *lines):
        return self.post("/promtail/api/v1/raw", "\n".join(lines).encode(), {"Content-Type": "text/plain"})

    def refused(self, reason):
        return self.agent.metric(f'logsvc_agent_push_api_refused_total{{reason="{reason}"}}')


class Routes(Pushed):
    def test_another_agent_pushes_to_it(self):
        rules = [{"source_labels": ["app"], "target_label": "service"}, {"regex": "app", "action": "labeldrop"}]
        self.listen({"relabel_configs": rules, "pipeline_stages": [{"static_labels": {"staged": "yes"}}]})
        first = Promtail(self.push_port)
        self.addCleanup(first.close)
        lines = [f"line {i}" for i in range(3000)]
        first.write("app.log", "".join(line + "\n" for line in lines))
        first.configure([{"job_name": "f", "static_configs": [{"labels": {"app": "shop", "__path__": first.path("app.log")}}]}])
        first.start()
        self.expect(*lines, more=',via="agent",service="shop",staged="yes",app=""')
        self.assertEqual(self.agent.metric("logsvc_agent_push_api_entries_total"), len(lines))
        wait_until("the first one knows", lambda: first.metric("logsvc_agent_lines_sent_total") == len(lines), first.log_text)
        shown = json.loads(self.agent.ask("/targets?format=json")[1])
        self.assertEqual([(row["type"], row["job"], row["name"]) for row in shown if row["type"] != "server"], [("loki_push_api", "push", f"127.0.0.1:{self.push_port}")])
        self.assertEqual(self.agent.ask("/ready")[0], 200)

    def test_times_are_kept_or_those_of_coming(self):
        old = time.time_ns() - 3600 * 10**9
        for keep in [True, False]:
            with self.subTest(keep=keep):
                self.job = f"{self.id().rsplit('.', 1)[1]}_{keep}"
                self.listen(use_incoming_timestamp=keep)
                before = time.time_ns()
                self.assertEqual(self.push(({"a": "b"}, [[old, "pushed"]]))[0], 204)
                self.expect("pushed")
                [(found, _)] = self.server.lines(f'{{job="{self.job}"}}')
                if keep:
                    self.assertEqual(found, old)
                else:
                    self.assertTrue(before <= found <= time.time_ns())
                self.agent.close()
                self.agent = Promtail(self.server.port)
                self.addCleanup(self.agent.close)

    def test_packed_bodies_metadata_and_streams_that_rules_drop(self):
        self.listen({"relabel_configs": [{"source_labels": ["env"], "regex": "dev", "action": "drop"}]}, use_incoming_timestamp=True)
        now = time.time_ns()
        streams = [({"env": "dev"}, [[now, "dropped"]]), ({"env": "prod", "__hidden": "x"}, [[now + 1, "kept", {"trace": "abc"}]])]
        self.assertEqual(self.push(*streams)[0], 204)
        for at, packed in enumerate(["gzip", "deflate"]):
            self.assertEqual(self.push(({"env": "prod"}, [[now + 2 + at, packed]]), packed=packed)[0], 204)
        self.expect("kept", "gzip", "deflate", more=',env="prod"')
        status, body, _ = self.server.get("/loki/api/v1/query_range", {"query": f'{{job="{self.job}"}} | trace="abc"', "start": now - 10**9, "end": now + 10**9})
        self.assertEqual(status, 200)
        self.assertEqual([v[1] for s in json.loads(body)["data"]["result"] for v in s["values"]], ["kept"])
        self.assertEqual(self.agent.metric('logsvc_agent_received_dropped_total{reason="no_labels"}'), 1)

    def test_plain_lines(self):
        self.listen({"relabel_configs": [{"target_label": "ruled", "replacement": "x"}]})
        status, text, _ = self.raw("one\r", "", '{"two": 2}', "three")
        self.assertEqual((status, text), (204, ""))
        self.expect("one", '{"two": 2}', "three", more=',via="agent",ruled=""')

    def test_other_paths_and_methods(self):
        self.listen()
        self.assertEqual(self.post("/ready", None, method="GET")[:2], (200, "ready"))
        for method, path, status in [("GET", "/loki/api/v1/push", 405), ("PUT", "/promtail/api/v1/raw", 405), ("POST", "/ready", 405),
                                     ("POST", "/api/prom/push", 404), ("GET", "/metrics", 404), ("GET", "/", 404)]:
            self.assertEqual(self.post(path, b"" if method != "GET" else None, method=method)[0], status, path)


class Hostile(Pushed):
    def test_bodies_that_are_refused_are_counted_and_leave_nothing(self):
        self.listen()
        good = json.dumps({"streams": [{"stream": {"a": "b"}, "values": [["1", "x"]]}]}).encode()
        bomb = gzip.compress(b'{"streams":[' + b" " * (20 << 20) + b"]}")
        many = json.dumps({"streams": [{"stream": {"a": str(i)}, "values": [["1", "x"]]} for i in range(10_001)]}).encode()
        labels = json.dumps({"streams": [{"stream": {f"l{i}": "v" for i in range(200)}, "values": [["1", "x"]]}]}).encode()
        for body, headers, status in [
                (good, {}, 400), (b"{", JSON, 400), (b"[]", JSON, 400), (good[:-1], JSON, 400), (b"\xff" * 100, JSON, 400),
                (good.replace(b'"a"', b'"a b"'), JSON, 400), (labels, JSON, 400), (many, JSON, 413),
                (good, {"Content-Type": "application/x-protobuf"}, 400), (b"\xff\xff\xff\xff\x0f", {"Content-Type": "application/x-protobuf"}, 400),
                (good, {**JSON, "Content-Encoding": "gzip"}, 400), (gzip.compress(good)[:-9], {**JSON, "Content-Encoding": "gzip"}, 400),
                (good, {**JSON, "Content-Encoding": "br"}, 400), (bomb, {**JSON, "Content-Encoding": "gzip"}, 400)]:
            self.assertEqual(self.post("/loki/api/v1/push", body, headers)[0], status, (body[:50], headers))
        try:
            self.assertEqual(self.post("/promtail/api/v1/raw", b"x" * (17 << 20))[0], 413)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was refused before all was sent
        self.assertEqual(self.refused("bad_request"), 13)
        self.assertEqual(self.refused("too_large"), 1)
        self.assertEqual(self.raw("still there")[0], 204)
        self.expect("still there")
        self.assertEqual(self.agent.metric("logsvc_agent_push_api_entries_total"), 1)


class Kept(Pushed):
    def start_without_server(self, **more):
        """Nobody takes what the agent has."""
        self.there, self.agent.server_port = self.agent.server_port, free_port()
        self.listen(**more)

    def start_with_server(self):
        self.agent.server_port = self.there
        self.agent.configure([{"job_name": "push", "loki_push_api": self.config}])
        self.start()

    def test_what_was_answered_survives_a_kill(self):
        self.start_without_server()
        lines = [f"line {i}" for i in range(20)]
        for line in lines:
            self.assertEqual(self.raw(line)[0], 204)
        self.agent.process.send_signal(signal.SIGKILL)
        self.agent.process.wait(timeout=30)
        self.agent.log.close()
        self.start_with_server()
        self.expect(*lines)

    def test_a_spool_without_room_refuses_and_loses_nothing_that_was_answered(self):
        self.start_without_server(flags=("--spool-max", "1MB"))
        taken = 0
        while True:
            line = f"line {taken} " + os.urandom(100_000).hex()
            status, _, headers = self.raw(line)
            if status != 204:
                break
            taken += 1
            self.assertLess(taken, 1000)
        self.assertEqual(status, 503)
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertGreaterEqual(self.refused("no_room"), 1)
        self.assertGreater(taken, 1)
        self.agent.stop()
        self.start_with_server()
        wait_until("what was taken arrives", lambda: {line.split()[1] for line in self.arrived()} >= {str(i) for i in range(taken)}, self.agent.log_text)
        wait_until("there is room", lambda: self.raw(line)[0] == 204, self.agent.log_text)

    def test_a_stage_that_limits_the_rate_answers_429(self):
        self.listen({"pipeline_stages": [{"limit": {"rate": 0.1, "burst": 1, "drop": False}}]})
        self.assertEqual(self.raw("one", "two", "three")[0], 204)
        status, _, headers = self.raw("four")
        self.assertEqual(status, 429)
        self.assertGreater(int(headers["Retry-After"]), 1)
        self.assertEqual(self.refused("paused"), 1)
        self.expect("one", "two", "three")

    def test_an_open_block_is_in_the_spool_when_the_agent_ends(self):
        self.listen({"pipeline_stages": [{"multiline": {"firstline": "^start", "max_wait_time": "1h"}}]})
        self.assertEqual(self.raw("start", " goes on")[0], 204)
        self.assertEqual(self.raw(" and on")[0], 204)
        self.agent.stop()
        self.start()
        self.expect("start\n goes on\n and on")

    def test_reloading_keeps_the_port_and_what_was_taken(self):
        self.listen()
        self.assertEqual(self.raw("before")[0], 204)
        self.config["labels"] = {"job": self.job, "via": "another"}
        self.agent.configure([{"job_name": "push", "loki_push_api": self.config}])
        before = self.agent.metric("promtail_config_reload_success_total")
        self.assertEqual(self.agent.ask("/reload", "POST")[0], 200)
        wait_until("reloaded", lambda: self.agent.metric("promtail_config_reload_success_total") > before, self.agent.log_text)
        wait_until("it listens", self.listens, self.agent.log_text)
        self.assertEqual(self.raw("behind")[0], 204)
        wait_until("both arrive", lambda: len(self.arrived()) == 2, self.agent.log_text)
        self.assertEqual(self.arrived(',via="another"'), ["behind"])


class Words(unittest.TestCase):
    """What validate, convert and a trial say."""
    FILE = """clients: [{url: 'http://127.0.0.1:1/loki/api/v1/push'}]
scrape_configs:
- job_name: push
  loki_push_api:
    server: {http_listen_port: 3500, %s}
    labels: {pushserver: one}
"""

    def run_it(self, command, server="grpc_listen_port: 3600"):
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/p.yaml", "w", encoding="utf-8") as f:
                f.write(self.FILE % server)
            done = subprocess.run([BINARY, *[part.replace("FILE", folder + "/p.yaml") for part in command]], capture_output=True, text=True, timeout=60)
            return done.returncode, done.stdout + done.stderr

    def test_it_is_fine(self):
        code, text = self.run_it(["validate", "FILE"])
        self.assertEqual(code, 0, text)
        self.assertNotIn("warning", text)
        code, text = self.run_it(["agent", "--config", "FILE", "--dry-run"])
        self.assertEqual((code, text), (0, "# job push: loki_push_api is not looked at by a trial\n"))
        code, text = self.run_it(["convert", "FILE"])
        self.assertEqual(code, 0, text)
        self.assertIn("# * loki_push_api\n", text)

    def test_tls_is_refused_where_it_stands(self):
        code, text = self.run_it(["validate", "FILE"], "http_tls_config: {cert_file: /c.pem, key_file: /k.pem}")
        self.assertEqual(code, 78, text)
        self.assertIn("p.yaml:5:55: http_tls_config: pushes are taken by plain HTTP; let a proxy", text)


if __name__ == "__main__":
    unittest.main()
