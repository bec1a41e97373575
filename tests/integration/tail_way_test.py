"""The way of `logsvc tail` and `query` to a server: proxies, credentials, addresses, refusals, redirections, and servers
that mean harm."""
import base64
import hashlib
import http.server
import os
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

from front import ForwardProxy, Front, RawServer, SocksProxy
from support import BINARY, Server, free_port, wait_until
from tls_files import Authority

PASSWORD = "a long p@ss:word"
QUOTED = "a%20long%20p%40ss%3Aword"


class Tailing:
    """One `logsvc tail -o raw`, whose output is read as it comes."""

    def __init__(self, address, *args):
        env = {"PATH": os.environ["PATH"], "LOKI_ADDR": address}
        self.process = subprocess.Popen([BINARY, "tail", '{app="live"}', "-o", "raw", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
        self.out, self.err = b"", b""
        self.threads = [threading.Thread(target=self._read, args=(name,), daemon=True) for name in ("stdout", "stderr")]
        for thread in self.threads:
            thread.start()

    def _read(self, name):
        pipe = getattr(self.process, name)
        while piece := os.read(pipe.fileno(), 65536):
            if name == "stdout":
                self.out += piece
            else:
                self.err += piece

    def wait(self, timeout=60):
        """(exit code, stderr)."""
        code = self.process.wait(timeout)
        for thread in self.threads:
            thread.join()
        return code, self.err.decode()

    def wait_for(self, text):
        wait_until(f"the tail says {text!r}", lambda: text in self.out.decode("utf-8", "replace") + self.err.decode("utf-8", "replace"),
                   lambda: f"{self.out}\n{self.err}")

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)
        for thread in self.threads:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()


def upgraded(client):
    """Reads the request of a tail and answers with 101."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(4096)
    key = next(line.split(b": ")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key"))
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    client.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")


class TailWay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off", "--retention", "0", "--allowed-hosts", "loki.test")
        cls.addClassCleanup(cls.server.close)
        cls.locked = Server("--auth", "password", "--retention", "0", env={"LOGSVC_ADMIN_PASSWORD": PASSWORD})
        cls.addClassCleanup(cls.locked.close)
        cls.authority = Authority()
        cls.addClassCleanup(cls.authority.close)
        # Nobody waits for this one: it is looked at when all else is done.
        cls.silent = RawServer(lambda client: None)
        cls.addClassCleanup(cls.silent.close)
        cls.waiting = Tailing(f"http://127.0.0.1:{cls.silent.port}")
        cls.addClassCleanup(cls.waiting.close)

    def tail(self, address, *args):
        tail = Tailing(address, *args)
        self.addCleanup(tail.close)
        return tail

    def expect_lines(self, tail, server):
        """Lines come: they are pushed until one does, as the tail may not be there yet."""
        def comes():
            self.assertIsNone(tail.process.poll(), tail.err)
            server.push(({"app": "live"}, [(time.time_ns(), "a line")]))
            return b"a line" in tail.out
        wait_until("a line comes", comes, lambda: f"{tail.out} {tail.err}")

    def url(self, server, user=""):
        return f"http://{user}127.0.0.1:{server.port}"

    def test_through_a_proxy(self):
        credentials = "Basic " + base64.b64encode(b"me:p@x").decode()
        proxy = ForwardProxy(credentials=credentials)
        self.addCleanup(proxy.close)
        for given in (f"http://me:p%40x@127.0.0.1:{proxy.port}", f"me:p%40x@127.0.0.1:{proxy.port}"):
            self.expect_lines(self.tail(f"http://loki.test:{self.server.port}", "--proxy-url", given), self.server)
        self.assertEqual(set(proxy.requests), {f"CONNECT loki.test:{self.server.port}"})
        refused = self.tail(f"http://loki.test:{self.server.port}", "--proxy-url", f"http://127.0.0.1:{proxy.port}")
        code, said = refused.wait()
        self.assertEqual(code, 69)
        self.assertIn("407", said)
        self.assertNotIn("p@x", said)

    def test_queries_through_a_proxy(self):
        proxy = ForwardProxy()
        self.addCleanup(proxy.close)
        done = subprocess.run([BINARY, "labels", "--addr", f"http://loki.test:{self.server.port}", "--proxy-url", f"http://127.0.0.1:{proxy.port}"],
                              capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"]})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(any(r.startswith(f"GET http://loki.test:{self.server.port}/loki/") for r in proxy.requests), proxy.requests)

    def test_through_socks(self):
        proxy = SocksProxy(credentials=("me", "p@x"))
        self.addCleanup(proxy.close)
        tail = self.tail(f"http://loki.test:{self.server.port}", "--proxy-url", f"socks5h://me:p%40x@127.0.0.1:{proxy.port}")
        self.expect_lines(tail, self.server)
        self.assertEqual(proxy.asked, [("loki.test", self.server.port)])

    def test_a_password_in_the_address_is_decoded(self):
        self.expect_lines(self.tail(self.url(self.locked, f"admin:{QUOTED}@")), self.locked)

    def test_a_refusal_ends_it(self):
        for user in ("", "admin:wrong@"):
            code, said = self.tail(self.url(self.locked, user)).wait()
            self.assertEqual(code, 1)
            self.assertIn("the server answered 401", said)
            self.assertNotIn("again", said)
        code, said = self.tail(self.url(self.server) + "/no/such/prefix").wait()
        self.assertEqual((code, "the server answered 404" in said), (1, True), said)
        done = subprocess.run([BINARY, "tail", '{app="live"', "--addr", self.url(self.server)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("parse error at line 1, col 12", done.stderr)

    def test_a_refusal_over_a_connection_that_stays(self):
        def refuse(client):
            client.recv(65536)
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 11\r\n\r\nnot for you")
        server = RawServer(refuse)
        self.addCleanup(server.close)
        code, said = self.tail(f"http://127.0.0.1:{server.port}").wait()
        self.assertEqual(code, 1)
        self.assertIn("the server answered 403: not for you", said)

    def test_a_refusal_later_ends_it_too(self):
        answers = []
        def serve(client):
            if answers:
                client.recv(65536)
                client.sendall(answers.pop() + b"\r\nContent-Length: 0\r\n\r\n")
                return
            upgraded(client)
            answers.extend([b"HTTP/1.1 401 Unauthorized", b"HTTP/1.1 503 Service Unavailable"])
            client.shutdown(socket.SHUT_RDWR)
        server = RawServer(serve)
        self.addCleanup(server.close)
        code, said = self.tail(f"http://127.0.0.1:{server.port}").wait()
        self.assertEqual(code, 1)
        self.assertIn("the server answered 503; connecting again", said)
        self.assertIn("the server answered 401", said)

    def test_an_address_of_ipv6(self):
        try:
            listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
        except OSError:
            self.skipTest("this machine has no IPv6")
        heads = []

        def serve():
            with listener.accept()[0] as client:
                heads.append(client.recv(65536))
                client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\nseen")
        thread = threading.Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        code, said = self.tail(f"http://[::1]:{port}").wait()
        thread.join()
        listener.close()
        self.assertEqual(code, 1)
        self.assertIn("the server answered 400: seen", said)
        self.assertIn(f"\r\nHost: [::1]:{port}\r\n".encode(), heads[0])

    def test_tls(self):
        def front(alt):
            # The upgrade is passed on byte by byte.
            import ssl
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.authority.issue("server", alt))
            def serve(client):
                with context.wrap_socket(client, server_side=True) as secured:
                    secured.recv(65536)
                    secured.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\nby TLS")
            server = RawServer(serve)
            self.addCleanup(server.close)
            return f"https://127.0.0.1:{server.port}"
        code, said = self.tail(front("IP:127.0.0.1"), "--ca-cert", self.authority.ca).wait()
        self.assertEqual((code, "the server answered 404: by TLS" in said), (1, True), said)
        code, said = self.tail(front("DNS:loki.test"), "--ca-cert", self.authority.ca).wait()
        self.assertEqual((code, "is not for this host but for DNS:loki.test" in said), (69, True), said)
        code, said = self.tail(front("DNS:loki.test"), "--tls-skip-verify").wait()
        self.assertEqual((code, "by TLS" in said), (1, True), said)
        code, said = self.tail(front("IP:127.0.0.1"), "--ca-cert", "/no/such/file").wait()
        self.assertEqual((code, "/no/such/file" in said), (2, True), said)

    def test_a_redirection_carries_no_credentials(self):
        seen = []

        class Stranger(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                seen.append(dict(self.headers))
                self.send_response(200)
                body = b'{"status":"success","data":["from a stranger"]}'
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
        stranger = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
        threading.Thread(target=stranger.serve_forever, daemon=True).start()
        self.addCleanup(stranger.server_close)
        self.addCleanup(stranger.shutdown)
        front = Front(self.server.port, answer=lambda r: (307, [("Location", f"http://127.0.0.1:{stranger.server_port}{r.path}")]))
        self.addCleanup(front.stop)
        address = f"http://me:secret@127.0.0.1:{front.port}"
        for command in (["labels"], ["tail", "{a=\"b\"}"]):
            done = subprocess.run([BINARY, *command, "--addr", address, "--org-id", "tenant"], capture_output=True, text=True, timeout=60,
                                  env={"PATH": os.environ["PATH"]})
            self.assertIn("stranger" if command == ["labels"] else "the server answered 200", done.stdout + done.stderr)
        self.assertEqual(len(seen), 2)
        for headers in seen:
            self.assertNotIn("Authorization", headers)
            self.assertNotIn("X-Scope-OrgID", headers)
        there = Front(self.server.port, answer=lambda r: None if "moved" in r.path else (302, [("Location", r.path + "&moved=")]))
        self.addCleanup(there.stop)
        done = subprocess.run([BINARY, "labels", "--addr", f"http://me:secret@127.0.0.1:{there.port}"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(there.pushes[0]["headers"]["Authorization"].startswith("Basic "))

    def test_hostile_frames(self):
        endless = b"\x01\x01x"
        for frames, why in ((b"\x81\x7f" + struct.pack(">Q", 2**63 - 1) + b"x", "too long"), (b"\x81\x7f" + struct.pack(">Q", 2**40) + b"x", "too long"),
                            (b"\x83\x01x", "invalid WebSocket frame"), (b"\x81\x02\xff\xff", "not valid UTF-8"), (None, "too many pieces")):
            def serve(client, frames=frames):
                upgraded(client)
                if frames:
                    client.sendall(frames)
                    return client.recv(1024)
                client.sendall(endless)
                while True:  # it goes on, and never comes to an end
                    client.sendall(b"\x00\x01x" * 10_000)
            server = RawServer(serve)
            tail = self.tail(f"http://127.0.0.1:{server.port}")
            tail.wait_for(why)
            tail.wait_for("connecting again")
            tail.close()
            server.close()

    def test_wrong_addresses(self):
        for args in (["--addr", "http://127.0.0.1:99999"], ["--addr", "ftp://127.0.0.1"], ["--addr", "http://::1:3100"],
                     ["--proxy-url", "socks4://127.0.0.1:1"]):
            done = subprocess.run([BINARY, "tail", "{a=\"b\"}", *args], capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"]})
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("expected", done.stderr)
        gone = self.tail(f"http://127.0.0.1:{free_port()}")
        code, said = gone.wait()
        self.assertEqual((code, "cannot reach http://127.0.0.1" in said), (69, True), said)

    def test_z_a_server_that_says_nothing(self):
        """Neither to an upgrade nor to a handshake of TLS."""
        hanging = self.tail(f"https://127.0.0.1:{self.silent.port}")
        for tail in (hanging, self.waiting):
            code, said = tail.wait(timeout=150)
            self.assertEqual((code, "cannot reach" in said), (69, True), said)


if __name__ == "__main__":
    unittest.main()
