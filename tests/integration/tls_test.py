"""The server over TLS: versions, certificates that change, clients' certificates, peers that mean harm, and the same bytes as without."""
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from support import BINARY, Tail, free_port, wait_until
from tls_files import Authority, TlsServer


def push_body(*lines, job="tls"):
    now = time.time_ns()
    values = [[str(now + i), line] for i, line in enumerate(lines)]
    return json.dumps({"streams": [{"stream": {"job": job}, "values": values}]})


JSON = {"Content-Type": "application/json"}


def s_client(port, *args, typed=""):
    """What openssl's client says."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *args]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def certificate_of(port):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
        with ssl._create_unverified_context().wrap_socket(plain) as secured:
            return secured.getpeercert(True)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = Authority()
        cls.addClassCleanup(cls.authority.close)
        cls.here = cls.authority.issue("here", "DNS:localhost,IP:127.0.0.1")
        cls.context = ssl.create_default_context(cafile=cls.authority.ca)

    @classmethod
    def serve(cls, *args, pair=None, **more):
        cert, key = pair or cls.here
        return TlsServer("--auth", "off", "--tls-cert", cert, "--tls-key", key, *args, context=cls.context, **more)

    def metric(self, server, name):
        lines = [line for line in server.get("/metrics")[1].splitlines() if line.startswith(name)]
        return float(lines[0].split()[-1])


class Handshakes(Tls):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.serve()
        cls.addClassCleanup(cls.server.close)

    def test_versions(self):
        # The client would not offer the old ones at its usual level of security.
        old = ("-cipher", "DEFAULT@SECLEVEL=0")
        for version in ("-tls1", "-tls1_1"):
            said = s_client(self.server.port, version, *old)
            self.assertIn("alert protocol version", said, version)
        for version, name in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
            for port in (self.server.port, self.server.ui_port):
                said = s_client(port, version, "-CAfile", self.authority.ca, "-verify_ip", "127.0.0.1")
                self.assertIn("Verify return code: 0 (ok)", said)
                self.assertIn(name, said)

    def test_weak_ciphers_and_renegotiation_are_refused(self):
        said = s_client(self.server.port, "-tls1_2", "-cipher", "NULL:RC4:DES:3DES:aNULL:EXPORT:@SECLEVEL=0")
        self.assertIn("handshake failure", said)
        asked = subprocess.Popen(["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{self.server.port}"], text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        asked.stdin.write("R\n")
        asked.stdin.flush()
        said = asked.communicate(timeout=60)[0]
        self.assertIn("no renegotiation", said)

    def test_the_protocol_is_http_1(self):
        self.assertIn("ALPN protocol: http/1.1", s_client(self.server.port, "-alpn", "h2,http/1.1"))
        self.assertIn("no application protocol", s_client(self.server.port, "-alpn", "h2"))
        self.assertIn("No ALPN negotiated", s_client(self.server.port))

    def test_plain_http_is_told_so(self):
        for port in (self.server.port, self.server.ui_port):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("POST", "/loki/api/v1/push", push_body("x" * 100_000), JSON)
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read()), (400, b"this port speaks https, not http\n"))
            connection.close()

    def test_garbage_ends_and_is_counted(self):
        before = self.metric(self.server, "logsvc_tls_handshake_failures_total")
        pieces = [os.urandom(300) for _ in range(30)] + [b"\x16\x03\x01\x02\x00" + os.urandom(512), b"\x16\x03\x03\x40\x00" + b"\0" * 16384]
        for piece in pieces:
            with self.server.plain() as peer:
                try:
                    peer.sendall(piece)
                    peer.shutdown(socket.SHUT_WR)
                    while peer.recv(4096):
                        pass
                except OSError:  # the server has ended it already
                    pass
        self.assertEqual(self.server.get("/ready")[0], 200)
        self.assertGreater(self.metric(self.server, "logsvc_tls_handshake_failures_total"), before)

    def test_slow_handshakes_delay_nobody_and_end_at_the_deadline(self):
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64
        peers = [self.server.plain() for _ in range(50)]
        begun, ended, turn = time.time(), {}, 0
        while len(ended) < len(peers) and time.time() - begun < 60:
            for i, peer in enumerate(peers):
                if i in ended:
                    continue
                try:
                    peer.send(hello[turn:turn + 1])
                    peer.setblocking(False)
                    if peer.recv(100) == b"":
                        ended[i] = time.time() - begun
                except BlockingIOError:
                    pass
                except ConnectionError:
                    ended[i] = time.time() - begun
                finally:
                    peer.setblocking(True)
            self.assertEqual(self.server.get("/ready")[0], 200)
            turn += 1
            time.sleep(1)
        for peer in peers:
            peer.close()
        self.assertEqual(len(ended), len(peers))
        self.assertGreater(min(ended.values()), 15)  # not before their time

    def test_browsers_are_told_to_come_by_tls_only(self):
        for port in (self.server.port, self.server.ui_port):
            self.assertEqual(self.server.get("/ready", port=port)[2]["Strict-Transport-Security"], "max-age=31536000")

    def test_the_end_of_a_connection_is_said(self):
        for request in (b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"GET /ready HTTP/1.0\r\n\r\n", b"nonsense\r\n\r\n"):
            with self.server.connect() as peer:
                peer.sendall(request)
                while peer.recv(4096):  # raises without close_notify
                    pass


class Bytes(Tls):
    """What goes over TLS is what goes without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.serve()
        cls.addClassCleanup(cls.server.close)

    def test_a_big_push_and_big_answers(self):
        line = "x" * 8000
        status, text, _ = self.server.request("POST", "/loki/api/v1/push", push_body(*[f"{i} {line}" for i in range(1000)], job="big"), JSON)
        self.assertEqual(status, 204, text)
        lines = self.server.lines('{job="big"}')
        self.assertEqual([text for _, text in lines], [f"{i} {line}" for i in range(1000)])
        exported = self.server.get("/api/export", {"query": '{job="big"}', "format": "txt", "from": 0, "start": 0, "end": time.time_ns() + 10**12})
        self.assertEqual(exported[0], 200, exported[1][:300])
        self.assertEqual(exported[1].count(line), 1000)

    def test_a_slow_reader_gets_everything(self):
        line = "y" * 8000
        self.assertEqual(self.server.request("POST", "/loki/api/v1/push", push_body(*[f"{i} {line}" for i in range(500)], job="slow"), JSON)[0], 204)
        with self.server.connect() as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 128 * 1024)
            path = f"/loki/api/v1/query_range?query=%7Bjob%3D%22slow%22%7D&limit=5000&start=0&end={time.time_ns() + 10**12}"
            peer.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            got = b""
            for turn in range(10**6):
                piece = peer.recv(3000)
                if not piece:
                    break
                got += piece
                if turn % 100 == 0:
                    time.sleep(0.01)
        self.assertEqual(got.count(line.encode()), 500)

    def test_many_connections_at_once(self):
        problems = []

        def work(number):
            connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=60, context=self.context)
            try:
                for i in range(20):
                    connection.request("POST", "/loki/api/v1/push", push_body(f"{number} {i}", job="many"), JSON)
                    answer = connection.getresponse()
                    answer.read()
                    if answer.status != 204:
                        problems.append(answer.status)
            except OSError as e:
                problems.append(repr(e))
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(problems, [])
        self.assertEqual(len(self.server.lines('{job="many"}')), 400)

    def test_a_live_reader_that_is_slow_gets_whole_frames(self):
        tail = Tail(self.server, '{job="live"}', path="/api/live")
        self.addCleanup(tail.close)
        self.assertEqual(tail.status, 101)
        text = "z" * 50_000
        for i in range(40):
            self.assertEqual(self.server.request("POST", "/loki/api/v1/push", push_body(f"{i} {text}", job="live"), JSON)[0], 204)
        time.sleep(2.5)  # pings come between frames that are written in part
        seen, pings = [], 0
        while not seen or not seen[-1].startswith("39 "):
            opcode, payload = tail.frame()
            pings += opcode == 9
            if opcode == 1:
                seen += [line for line in str(json.loads(payload)).split("'") if line.endswith(text)]
        self.assertTrue(all(line.split()[1] == text for line in seen))
        self.assertGreater(pings, 0)
        tail.socket.sendall(b"\x89\x80\0\0\0\0")  # a ping is answered
        while tail.frame()[0] != 10:
            pass


class Reload(Tls):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.pair = (self.dir.name + "/cert.pem", self.dir.name + "/key.pem")
        self.copy(self.here)
        self.server = self.serve(pair=self.pair)
        self.addCleanup(self.server.close)

    def copy(self, pair):
        for source, target in zip(pair, self.pair):
            shutil.copy(source, target + ".new")
            os.rename(target + ".new", target)

    def test_new_handshakes_use_new_files_and_open_connections_go_on(self):
        kept = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=30, context=self.context)
        self.addCleanup(kept.close)

        def ask():
            kept.request("GET", "/ready")
            answer = kept.getresponse()
            answer.read()
            return answer.status
        self.assertEqual(ask(), 200)
        inner = kept.sock
        tail = Tail(self.server, '{job="tls"}')
        self.addCleanup(tail.close)
        first = certificate_of(self.server.port)
        until = self.metric(self.server, "logsvc_tls_certificate_end_timestamp_seconds")

        # A pair of which one file is new, or damaged, changes nothing and is said.
        other = self.authority.issue("other", "DNS:localhost,IP:127.0.0.1", days=1)
        shutil.copy(other[0], self.pair[0])
        wait_until("it says so", lambda: "the one before it stays" in self.server.log_text(), self.server.log_text)
        self.assertEqual(certificate_of(self.server.port), first)

        self.copy(other)
        wait_until("the new one is shown", lambda: certificate_of(self.server.port) != first, self.server.log_text)
        wait_until("on the other port too", lambda: certificate_of(self.server.ui_port) == certificate_of(self.server.port))
        self.assertLess(self.metric(self.server, "logsvc_tls_certificate_end_timestamp_seconds"), until)
        self.assertIn("the certificate ends soon", self.server.log_text())
        self.assertEqual(ask(), 200)
        self.assertIs(kept.sock, inner)
        self.assertEqual(self.server.request("POST", "/loki/api/v1/push", push_body("after"), JSON)[0], 204)
        self.assertEqual(tail.lines(1), ["after"])


class ClientCertificates(Tls):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.others = Authority("agents")
        cls.addClassCleanup(cls.others.close)
        cls.server = cls.serve("--tls-client-ca", cls.others.ca)
        cls.addClassCleanup(cls.server.close)

    def with_certificate(self, pair):
        context = ssl.create_default_context(cafile=self.authority.ca)
        context.load_cert_chain(*pair)
        return context

    def push(self, context=None, port=None, path="/loki/api/v1/push", headers=None):
        connection = http.client.HTTPSConnection("127.0.0.1", port or self.server.port, timeout=30, context=context or self.context)
        try:
            connection.request("POST", path, push_body("by certificate"), {**JSON, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def test_pushing_takes_a_certificate_and_reading_does_not(self):
        for path in ("/loki/api/v1/push", "/api/prom/push", "/otlp/v1/logs"):
            status, text = self.push(path=path)
            self.assertEqual(status, 403, path)
            self.assertIn("pushing takes a client certificate by an authority of tls_client_ca", text)
        # Nobody gets around it: not by the dashboard's port, not by another letter case, not by a report.
        agent = self.with_certificate(self.others.issue("agent-1", "DNS:agent-1"))
        self.assertEqual(self.push(agent, port=self.server.ui_port)[0], 403)
        self.assertNotEqual(self.push(path="/loki/api/v1/PUSH")[0], 204)
        self.assertNotEqual(self.push(path="//loki/api/v1/push")[0], 204)
        self.assertEqual(self.server.get("/loki/api/v1/status/buildinfo")[0], 200)
        self.assertEqual(self.server.get("/loki/api/v1/status/buildinfo", headers={"X-Logsvc-Agent": "{}"})[0], 403)
        self.assertEqual(self.server.lines('{job="tls"}'), [])
        self.assertEqual(self.push(agent), (204, ""))
        self.assertEqual([line for _, line in self.server.lines('{job="tls"}')], ["by certificate"])

    def test_a_certificate_of_another_authority_ends_the_handshake(self):
        for pair in (self.authority.issue("stranger", "DNS:x"), self.others.issue("late", "DNS:x", days=-1)):
            with self.assertRaises(OSError):
                self.push(self.with_certificate(pair))
        self.assertIn("a TLS handshake failed", self.server.log_text())

    def test_a_session_that_is_taken_up_again_keeps_its_certificate(self):
        context = self.with_certificate(self.others.issue("agent-2", "DNS:agent-2"))
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        session = None
        for _ in range(3):
            with context.wrap_socket(self.server.plain(), server_hostname="127.0.0.1", session=session) as peer:
                self.assertEqual(peer.session_reused, session is not None)
                session = peer.session
                body = push_body("again", job="again").encode()
                peer.sendall(b"POST /loki/api/v1/push HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
                self.assertIn(b" 204 ", peer.recv(4096))


class Settings(Tls):
    def start(self, *args):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([BINARY, "server", "--data-dir", folder + "/data", "--listen", f"127.0.0.1:{free_port()}", "--ui-listen",
                                   f"127.0.0.1:{free_port()}", *args], capture_output=True, text=True, timeout=60)
            return done.returncode, done.stderr

    def test_files_that_cannot_be_used_stop_the_start(self):
        cert, key = self.here
        other = self.authority.issue("mismatch", "DNS:localhost")
        for args, said in (
                (("--tls-cert", "/nowhere.pem", "--tls-key", key), "--tls-cert: /nowhere.pem: no certificate: No such file"),
                (("--tls-cert", cert, "--tls-key", "/nowhere.key"), "--tls-key: /nowhere.key: no key"),
                (("--tls-cert", cert, "--tls-key", other[1]), f"--tls-key: {other[1]}: no key of the certificate"),
                (("--tls-cert", cert), "--tls-cert: needs tls-key as well"),
                (("--tls", "self-signed", "--tls-client-ca", "/dev/null"), "--tls-client-ca: /dev/null: no certificates of authorities"),
                (("--tls", "yes"), "--tls: expected off, files, self-signed or auto")):
            code, text = self.start(*args)
            self.assertEqual(code, 78, text)
            self.assertIn(said, text)

    def test_the_line_of_a_file_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/server.yaml"
            with open(path, "w", encoding="utf-8") as f:
                f.write(f"retention: 24h\ntls_cert: {self.here[0]}\ntls_key: {folder}/gone.key\n")
            code, text = self.start("--config", path)
        self.assertEqual(code, 78, text)
        self.assertRegex(text, rf"{path}:3:\d+: tls_key: {folder}/gone.key")

    def test_a_key_with_a_passphrase_is_refused_and_asks_nothing(self):
        locked = self.authority.path("locked.key")
        subprocess.run(["openssl", "pkey", "-in", self.here[1], "-aes128", "-passout", "pass:x", "-out", locked], check=True, capture_output=True)
        code, text = self.start("--tls-cert", self.here[0], "--tls-key", locked)
        self.assertEqual(code, 78, text)
        self.assertIn("or one with a passphrase", text)


if __name__ == "__main__":
    unittest.main()
