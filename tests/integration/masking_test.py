"""Lines with secrets: hidden at the agent, before they are stored, and in trials."""
import json
import os
import subprocess
import tempfile
import unittest

from support import BINARY, Server

CARD, PHONE = "4111111111111111", "010-1234-5678"


class Masking(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def run_logsvc(self, *arguments, lines=""):
        done = subprocess.run([BINARY, *arguments], input=lines, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def server(self, yaml):
        server = Server("--auth", "off", "--config", self.write("server.yaml", yaml))
        self.addCleanup(server.close)
        return server

    def test_what_must_never_be_stored_is_in_no_file(self):
        server = self.server("masking: [{rule: card, at: ingest}, phone]\n")
        push = {"streams": [{"stream": {"job": "a", "who": CARD},
                             "values": [["1764529625123456789", f"ERROR paid {CARD} {PHONE}", {"m": CARD}]]}]}
        status, _, _ = server.request("POST", "/loki/api/v1/push", json.dumps(push), {"Content-Type": "application/json"})
        self.assertEqual(status, 204)
        answer = json.loads(server.get("/loki/api/v1/query_range", {"query": '{job="a"}', "start": "1764529600", "end": "1764529700"})[1])
        result = answer["data"]["result"][0]
        self.assertEqual(result["values"][0][1], f"ERROR paid <card> {PHONE}")
        self.assertEqual(result["stream"]["who"], "<card>")
        self.assertEqual(result["stream"]["m"], "<card>")
        self.assertEqual(result["stream"]["detected_level"], "error")
        self.assertIn('logsvc_masked_total{rule="card",at="ingest"} 3', server.get("/metrics")[1])
        self.assertEqual(server.stop(), 0)
        for where, _, names in os.walk(server.data_dir):
            for name in names:
                with open(os.path.join(where, name), "rb") as f:
                    self.assertNotIn(CARD.encode(), f.read(), name)

    def test_an_admin_tries_lines(self):
        server = self.server("masking: [card, {name: seat, pattern: 'seat=[A-Z]+', replacement: 'seat=<s>', at: ingest}]\n")
        ask = lambda body: server.request("POST", "/api/masking/try", body, {"Content-Type": "application/json"})
        status, text, _ = ask(json.dumps({"lines": f"\U0001F600 카드 {CARD} seat=AB\nnothing\n{{\"n\":{CARD}}}"}))
        self.assertEqual(status, 200)
        answer = json.loads(text)
        self.assertEqual(answer["changed"], 2)
        self.assertEqual(answer["rules"][0], {"name": "card", "kind": "builtin", "replacement": "<card>", "at": "support", "hits": 2})
        self.assertEqual(answer["rules"][1], {"name": "seat", "kind": "pattern", "pattern": "seat=[A-Z]+",
                                              "replacement": "seat=<s>", "at": "ingest", "hits": 1})
        first = answer["lines"][0]
        self.assertEqual(first["masked"], "\U0001F600 카드 <card> seat=<s>")
        # A character beyond the basic plane takes two units.
        self.assertEqual(first["hits"], [{"rule": "card", "begin": 6, "end": 22, "maskedBegin": 6, "maskedEnd": 12},
                                         {"rule": "seat", "begin": 23, "end": 30, "maskedBegin": 13, "maskedEnd": 21}])
        self.assertEqual(answer["lines"][1], {"masked": "nothing", "hits": []})
        self.assertEqual(answer["lines"][2]["masked"], '{"n":"<card>"}')
        self.assertEqual(ask("{}")[0], 400)
        self.assertEqual(ask(json.dumps({"lines": "x" * 65537}))[0], 413)
        self.assertEqual(ask(json.dumps({"lines": "x" * 65536}))[0], 200)
        self.assertNotIn('rule="card",at="support"} 1', server.get("/metrics")[1])

    def test_an_agent_hides_before_it_sends(self):
        config = self.write("agent.yaml", "masking: [card, phone]\n")
        code, out, err = self.run_logsvc("agent", "--config", config, "--data-dir", self.folder, "--dry-run", "--stdin",
                                         lines=f'{{"level":"error","n":{CARD}}}\nWARN {PHONE} kim@example.com\n')
        self.assertEqual(code, 0, err)
        lines = [line.split("\t") for line in out.splitlines()]
        self.assertEqual([line[-1] for line in lines], ['{"level":"error","n":"<card>"}', "WARN <phone> kim@example.com"])
        self.assertIn('level="error"', lines[0][1])

    def test_faults_of_the_rules_are_refused_with_their_place(self):
        for kind, arguments in (("server", []), ("agent", ["--agent"])):
            config = self.write(f"{kind}.yaml", "masking:\n- card\n- phne\n")
            code, _, err = self.run_logsvc("validate", *arguments, config)
            self.assertEqual(code, 78)
            self.assertEqual(err, f"{config}:3:3: masking: there is no rule \"phne\"; did you mean phone?\n")
            self.assertEqual(self.run_logsvc(kind, "--config", config, "--data-dir", self.folder + "/d")[0], 78)

    def test_lines_of_a_file_are_tried(self):
        log = self.write("a.log", f"paid {CARD}\nnothing\ncall {PHONE} {PHONE}\x1b[2J\n")
        code, out, _ = self.run_logsvc("validate", "--try-masking", log)
        self.assertEqual(code, 0)
        self.assertEqual(out.splitlines()[:4], ["line 1: card", f"  paid {CARD}", "→ paid <card>", "line 3: phone"])
        self.assertEqual(out.splitlines()[-1], "2 of 3 lines change: card 1, phone 2")
        self.assertNotIn("\x1b[2J", out)
        config = self.write("agent.yaml", "host_label: h\nmasking: [card]\n")
        code, out, _ = self.run_logsvc("validate", "--try-masking", "-", "--config", config, lines=f"{CARD} {PHONE}\n")
        self.assertEqual((code, out.splitlines()[-1]), (0, "1 of 1 lines change: card 1"))
        self.assertEqual(self.run_logsvc("validate", "--try-masking", self.folder + "/none")[0], 1)
        self.assertEqual(self.run_logsvc("validate", "--try-masking", self.folder)[0], 1)
        bad = self.write("server.yaml", "masking: [crad]\n")
        self.assertEqual(self.run_logsvc("validate", "--try-masking", log, "--config", bad)[0], 78)
        self.assertEqual(self.run_logsvc("validate")[0], 2)


if __name__ == "__main__":
    unittest.main()
