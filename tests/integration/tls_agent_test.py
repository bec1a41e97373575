"""Agents and clients of a server that speaks TLS itself: fingerprints, names, authorities, the certificate of its own."""
import os
import re
import signal
import ssl
import stat
import subprocess
import tempfile
import time
import unittest

from support import BINARY, wait_until
from tls_files import Authority, TlsServer

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("LOKI_", "LOGSVC_"))}
CLEAN["LOGSVC_BIN"] = BINARY


def run(*args, env=None, timeout=60):
    done = subprocess.run([BINARY, *args], capture_output=True, text=True, timeout=timeout, env={**CLEAN, **(env or {})})
    return done.returncode, done.stdout + done.stderr


def fingerprint_of(path):
    done = subprocess.run(["openssl", "x509", "-in", path, "-noout", "-fingerprint", "-sha256"], capture_output=True, text=True, check=True)
    return done.stdout.strip().split("=")[1]


class FileAgent:
    """`logsvc agent` by flags, which reads what is written to `lines`."""

    def __init__(self, url, *args, env=None):
        self.dir = tempfile.TemporaryDirectory(prefix="logsvc-agent-")
        with open(self.dir.name + "/agent.yaml", "w", encoding="utf-8") as f:
            f.write(f"docker: none\nfiles:\n- path: {self.dir.name}/lines\n  service: tls\n")
        self.log = open(self.dir.name + "/log", "ab")
        self.process = subprocess.Popen([BINARY, "agent", "--config", self.dir.name + "/agent.yaml", "--data-dir", self.dir.name + "/data",
                                         "--push", url, *args], stderr=self.log, env={**CLEAN, **(env or {})})

    def write(self, *lines):
        with open(self.dir.name + "/lines", "a", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in lines))

    def log_text(self):
        with open(self.dir.name + "/log", encoding="utf-8", errors="replace") as f:
            return f.read()

    def wait_for_log(self, text):
        wait_until(f"the agent says {text!r}", lambda: text in self.log_text(), self.log_text)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        self.log.close()
        self.dir.cleanup()


class Agents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = Authority()
        cls.addClassCleanup(cls.authority.close)
        cls.cert, key = cls.authority.issue("logs", "DNS:logs.test,DNS:loki.test")
        cls.server = TlsServer("--auth", "off", "--tls-cert", cls.cert, "--tls-key", key)
        cls.addClassCleanup(cls.server.close)
        cls.fingerprint = fingerprint_of(cls.cert)

    def agent(self, *args, url=None, env=None):
        agent = FileAgent(url or self.server.url, *args, env=env)
        self.addCleanup(agent.close)
        return agent

    def arrived(self, text):
        return [line for _, line in self.server.lines(f'{{service="tls"}} |= "{text}"')]

    def expect(self, agent, text):
        agent.write(text)
        wait_until(f"{text} arrives", lambda: self.arrived(text) == [text], agent.log_text)

    def test_another_host_is_named_with_the_names_of_the_certificate(self):
        agent = self.agent("--push-ca-file", self.authority.ca)
        agent.write("kept back")
        agent.wait_for_log("the certificate of 127.0.0.1 is not for this host but for DNS:logs.test, DNS:loki.test")
        self.assertEqual(self.arrived("kept back"), [])

    def test_the_right_fingerprint_is_enough(self):
        plain = self.fingerprint.replace(":", "").lower()
        self.expect(self.agent("--tls-fingerprint", self.fingerprint), "by setting")
        self.expect(self.agent(env={"LOKI_TLS_FINGERPRINT": plain}), "by variable")
        self.expect(self.agent("--tls-fingerprint", "sha256:" + plain), "with its kind")

    def test_a_wrong_fingerprint_shows_both(self):
        wrong = "AB:" * 31 + "AB"
        # The right authority and name do not help.
        agent = self.agent("--tls-fingerprint", wrong, "--push-ca-file", self.authority.ca)
        agent.write("for the right one only")
        agent.wait_for_log(f"the certificate of 127.0.0.1 has the fingerprint {self.fingerprint}, expected {wrong}")
        self.assertEqual(self.arrived("for the right one"), [])

    def test_a_fingerprint_that_is_none_or_cannot_hold_stops_the_start(self):
        for args, said in ((("--push", self.server.url, "--tls-fingerprint", "12:34"), "--tls-fingerprint: expected the SHA-256"),
                           (("--push", "http://127.0.0.1:1", "--tls-fingerprint", self.fingerprint), "--tls-fingerprint: needs https")):
            code, text = run("agent", "--docker", "none", *args)
            self.assertEqual(code, 78, text)
            self.assertIn(said, text)

    def test_a_client_certificate_lets_an_agent_push(self):
        here, key = self.authority.issue("here", "IP:127.0.0.1")
        server = TlsServer("--auth", "off", "--tls-cert", here, "--tls-key", key, "--tls-client-ca", self.authority.ca)
        self.addCleanup(server.close)
        without = self.agent("--push-ca-file", self.authority.ca, url=server.url)
        without.write("nobody")
        without.wait_for_log("pushing takes a client certificate by an authority of tls_client_ca")
        cert, key = self.authority.issue("agent", "DNS:agent.test")
        agent = self.agent("--push-ca-file", self.authority.ca, "--push-cert-file", cert, "--push-key-file", key, url=server.url)
        agent.write("somebody")
        wait_until("it arrives", lambda: [line for _, line in server.lines('{service="tls"}')] == ["somebody"], agent.log_text)


class SelfSigned(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = TlsServer("--auth", "off", "--tls", "self-signed")
        cls.addClassCleanup(cls.server.close)
        cls.cert = cls.server.data_dir + "/tls/cert.pem"
        cls.fingerprint = fingerprint_of(cls.cert)

    def test_the_fingerprint_is_printed_and_kept_over_a_restart(self):
        shown = re.findall(r"^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$", self.server.log_text(), re.M)
        self.assertEqual(shown, [self.fingerprint])
        self.assertIn(f"fingerprint={self.fingerprint}", self.server.log_text())
        self.assertEqual(stat.S_IMODE(os.stat(self.server.data_dir + "/tls/key.pem").st_mode), 0o600)
        self.server.stop()
        self.server.start()
        shown = re.findall(r"^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$", self.server.log_text(), re.M)
        self.assertEqual(shown, [self.fingerprint] * 2)
        self.assertEqual(fingerprint_of(self.cert), self.fingerprint)

    def test_it_is_for_this_machine_and_tells_browsers_nothing(self):
        context = ssl.create_default_context(cafile=self.cert)
        for name in ("127.0.0.1", "localhost"):
            with context.wrap_socket(self.server.plain(), server_hostname=name):
                pass
        self.assertNotIn("Strict-Transport-Security", self.server.get("/ready")[2])

    def test_healthcheck(self):
        place = f"127.0.0.1:{self.server.port}"
        plain = self.fingerprint.replace(":", "")
        for args in ((place,), ("https://" + place,), (f"https://localhost:{self.server.port}",), (place, "--tls-fingerprint", plain),
                     (place, "--ca-cert", self.cert), (f"127.0.0.1:{self.server.ui_port}",)):
            self.assertEqual(run("healthcheck", *args), (0, "ready\n"), args)
        for args, said in ((("http://" + place,), "400"), ((place, "--tls-fingerprint", "ab" * 32), "fingerprint"),
                           ((place, "--tls-fingerprint", "x"), "expected the SHA-256"), ((place, "--ca-cert", "/dev/null"), "/dev/null")):
            code, text = run("healthcheck", *args)
            self.assertEqual(code, 1)
            self.assertIn(said, text)

    def test_queries_and_tails(self):
        now = time.time_ns()
        body = '{"streams":[{"stream":{"app":"cli"},"values":[["%d","hello"]]}]}' % now
        self.assertEqual(self.server.request("POST", "/loki/api/v1/push", body, {"Content-Type": "application/json"})[0], 204)
        query = ("query", '{app="cli"}', "-o", "raw", "-q", "--addr", self.server.url)
        self.assertEqual(run(*query, "--tls-fingerprint", self.fingerprint), (0, "hello\n"))
        self.assertEqual(run(*query, "--ca-cert", self.cert), (0, "hello\n"))
        self.assertEqual(run(*query, env={"LOKI_TLS_FINGERPRINT": self.fingerprint}), (0, "hello\n"))
        code, text = run(*query)
        self.assertEqual(code, 69)
        self.assertIn("is not trusted: self-signed certificate", text)
        code, text = run(*query, "--tls-fingerprint", "cd" * 32)
        self.assertEqual(code, 69)
        self.assertIn(f"has the fingerprint {self.fingerprint}, expected CD:CD", text)
        code, text = run("query", "{app=~`.+`}", "--addr", "http://127.0.0.1:1", "--tls-fingerprint", self.fingerprint)
        self.assertEqual(code, 2)
        self.assertIn("needs an https:// address", text)
        tail = subprocess.Popen([BINARY, "tail", '{app="cli"}', "-o", "raw", "--addr", self.server.url, "--tls-fingerprint", self.fingerprint],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=CLEAN)
        self.assertEqual(tail.stdout.readline(), "hello\n")
        self.assertEqual(self.server.request("POST", "/loki/api/v1/push", body.replace("hello", "live").replace(str(now), str(time.time_ns())),
                                             {"Content-Type": "application/json"})[0], 204)
        self.assertEqual(tail.stdout.readline(), "live\n")
        tail.send_signal(signal.SIGINT)
        tail.wait(timeout=30)
        tail.stdout.close()


class Pages(unittest.TestCase):
    def test_the_dashboard_alone_may_speak_tls(self):
        import http.client
        authority = Authority()
        self.addCleanup(authority.close)
        cert, key = authority.issue("page", "IP:127.0.0.1")
        from support import Server
        server = Server("--auth", "off", "--ui-tls-cert", cert, "--ui-tls-key", key)
        self.addCleanup(server.close)
        self.assertNotIn("Strict-Transport-Security", server.get("/ready")[2])
        connection = http.client.HTTPSConnection("127.0.0.1", server.ui_port, timeout=30, context=ssl.create_default_context(cafile=authority.ca))
        self.addCleanup(connection.close)
        connection.request("GET", "/ready")
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertIn("Strict-Transport-Security", dict(answer.getheaders()))


if __name__ == "__main__":
    unittest.main()
