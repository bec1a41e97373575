"""The edge of the server by raw bytes: hostile heads and bodies, slow and idle peers."""
import contextlib
import gzip
import json
import os
import random
import resource
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import unittest

from raw_http import cpu_seconds, KIB, memory_mb, statuses, talk
from support import Agent, Server, Tail, free_port, wait_until

JSON = {"Content-Type": "application/json"}
# What the sanitizers add.
ROOM = 4 if os.environ.get("LOGSVC_SANITIZE") else 1
GET = b"GET /ready HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /loki/api/v1/push HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

# What is sent, the status of the one answer that may come; the connection ends behind it.
HOSTILE = [
    ("no version", b"GET /ready\r\n\r\n", 400),
    ("nothing", b"\r\n\r\n", 400),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 100 + b"\r\n\r\n", 400),
    ("a bare LF ends a field", GET + b"Foo: bar\nContent-Encoding: br\r\n\r\n", 400),
    ("a bare LF ends the head", GET + b"\n", 400),
    ("a bare CR", GET + b"Foo: a\rb\r\n\r\n", 400),
    ("a NUL", GET + b"Foo: a\0b\r\n\r\n", 400),
    ("a folded field", GET + b"Foo: a\r\n b\r\n\r\n", 400),
    ("a blank before the colon", GET + b"Foo : a\r\n\r\n", 400),
    ("no Host", b"GET /ready HTTP/1.1\r\n\r\n", 400),
    ("two Hosts", GET + b"Host: localhost\r\n\r\n", 400),
    ("a Host with a path", b"GET /ready HTTP/1.1\r\nHost: localhost/x\r\n\r\n", 400),
    ("a target without a slash", b"GET ready HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("a target with a blank", b"GET /re ady HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("a target with a fragment", b"GET /ready#x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("a path with an escape that is none", b"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("a path with a NUL", b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("a long path", b"GET /" + b"a" * 7200 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    ("a long path by POST", b"POST /" + b"a" * 7200 + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 414),
    ("a long name of a label", b"GET /loki/api/v1/label/" + b"a" * 7200 + b"/values HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    ("a long query", b"GET /ready?" + b"a" * 1100 * KIB, 414),
    ("a long method", b"A" * 9000, 400),
    ("an unknown method", b"BREW /ready HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
    ("a long field", GET + b"Foo: " + b"a" * 17 * KIB, 431),
    ("many fields", GET + b"A: b\r\n" * 101 + b"\r\n", 431),
    ("long fields together", GET + (b"A: " + b"a" * 10000 + b"\r\n") * 8 + b"\r\n", 431),
    ("a length that is none", POST + b"Content-Length: abc\r\n\r\n", 400),
    ("a list of lengths", POST + b"Content-Length: 0, 5\r\n\r\nhello", 400),
    ("two lengths", POST + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello", 400),
    ("a length twice", POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
    ("a signed length", POST + b"Content-Length: +5\r\n\r\nhello", 400),
    ("length and chunks", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("an unknown coding", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 400),
    ("a coding in escapes", POST + b"Transfer-Encoding: %63hunked\r\n\r\n0\r\n\r\n", 400),
    ("chunks in HTTP/1.0", POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("chunks with bare LF", CHUNKED + b"3\nabc\n0\n\n", 400),
    ("a chunk that is longer than it says", CHUNKED + b"3\r\nabcdef\r\n0\r\n\r\n", 400),
    ("a chunk of garbage", CHUNKED + b"zzz\r\n", 400),
    ("a long line of a chunk", CHUNKED + b"1;" + b"x" * 100000, 400),
    ("long trailers", CHUNKED + b"0\r\nA: " + b"x" * 100000, 400),
    ("a huge chunk", CHUNKED + b"ffffffff\r\n", 413),
    ("a huge body", POST + b"Content-Length: 999999999999\r\n\r\n", 413),
    ("a login of 5 KiB", b"POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5120\r\n\r\n", 413),
    ("a login of 5 KiB in chunks", b"POST /api/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1400\r\n", 413),
    ("an unknown expectation", GET + b"Expect: miracles\r\n\r\n", 417),
    ("bytes behind a WebSocket's head", b"GET /loki/api/v1/tail?query={} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 3\r\n\r\nabc", 400),
]


def raise_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192) if hard > 0 else 8192, hard))


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off")
        cls.addClassCleanup(cls.server.close)

    def test_each_ends_with_one_answer_and_the_server_goes_on(self):
        for port in (self.server.port, self.server.ui_port):
            for name, data, status in HOSTILE:
                with self.subTest(name, port=port):
                    self.assertEqual(statuses(talk(port, data)), [status])
                    self.assertEqual(self.server.get("/ready")[0], 200)

    def test_heads_with_random_faults(self):
        chance = random.Random(7)
        seeds = [data for _, data, _ in HOSTILE if len(data) < 1000] + [GET + b"\r\n", CHUNKED + b"3\r\nabc\r\n0\r\n\r\n"]
        for _ in range(1500):
            data = bytearray(chance.choice(seeds))
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(data))
                data[at:at + chance.randint(0, 2)] = chance.choice([b"", b"\r", b"\n", b"\r\n", b" ", b"\0", b":", bytes([chance.randrange(256)])])
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as s:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    s.sendall(bytes(data))
                    s.shutdown(socket.SHUT_WR)
                    while s.recv(65536):
                        pass
        self.assertEqual(self.server.get("/ready")[0], 200)

    def test_a_range_is_answered_whole(self):
        for value in ("bytes=" + "9" * 6746, "bytes=" + ",".join(["0-"] * 1000), "bytes=0-1"):
            status, body, headers = self.server.get("/metrics", headers={"Range": value})
            self.assertEqual(status, 200)
            self.assertNotIn("Content-Range", headers)
            self.assertIn("loki_build_info", body)
        self.assertEqual(self.server.push(({"t": "range"}, [(time.time_ns(), "x")]))[0], 204)

    def test_the_body_of_a_get_is_no_request(self):
        inner = b"DELETE /loki/api/v1/delete?request_id=x HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for method in (b"GET", b"HEAD", b"OPTIONS"):
            head = method + b" /ready HTTP/1.1\r\nHost: localhost\r\n"
            for body in (b"Content-Length: %d\r\n\r\n" % len(inner) + inner,
                         b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(inner) + inner + b"\r\n0\r\n\r\n"):
                answers = statuses(talk(self.server.port, head + body + GET + b"Connection: close\r\n\r\n"))
                self.assertEqual(len(answers), 2, answers)
                self.assertEqual(answers[1], 200)

    def test_pipelined_requests_are_answered_in_turn(self):
        push = json.dumps({"streams": [{"stream": {"t": "pipe"}, "values": [[str(time.time_ns()), "in chunks"]]}]}).encode()
        chunked = CHUNKED + b"".join(b"%x\r\n%s\r\n" % (len(push[i:i + 7]), push[i:i + 7]) for i in range(0, len(push), 7)) + b"0\r\nX: y\r\n\r\n"
        answers = statuses(talk(self.server.port, GET + b"\r\n" + chunked + GET + b"Connection: close\r\n\r\n" + GET + b"\r\n"))
        self.assertEqual(answers, [200, 204, 200])
        self.assertEqual([l for _, l in self.server.lines('{t="pipe"}')], ["in chunks"])

    def test_a_peer_that_goes_leaves_nothing_running(self):
        for data in (b"GET /ready\r\n\r\n", b"\r\n\r\n", GET + b"\r\n" * 5000):
            with socket.create_connection(("127.0.0.1", self.server.port)) as s:
                s.sendall(data)
        self.assertEqual(self.server.get("/ready")[0], 200)
        # All of them have ended when the server idles: a second in which it takes next to nothing.
        def idles():
            before = cpu_seconds(self.server.process)
            time.sleep(1)
            return cpu_seconds(self.server.process) - before < 0.5
        wait_until("the server idles", idles)

    def test_100_continue(self):
        body = json.dumps({"streams": [{"stream": {"t": "continue"}, "values": [[str(time.time_ns()), "x"]]}]}).encode()
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as s:
            s.sendall(POST + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
            self.assertEqual(s.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            s.sendall(body)
            self.assertIn(b" 204 ", s.recv(1000))

    def test_long_queries_by_get(self):
        query = '{t="x"} != "' + "y" * 60_000 + '"'
        self.assertEqual(self.server.get("/loki/api/v1/query_range", {"query": query})[0], 200)

    def test_the_answer_tells_how_long_a_connection_may_be_idle(self):
        self.assertIn("timeout=75", self.server.get("/ready")[2]["Keep-Alive"])

    def test_http_1_0(self):
        answer = talk(self.server.port, b"GET /ready HTTP/1.0\r\n\r\n")
        self.assertEqual(statuses(answer), [200])
        answer = talk(self.server.port, b"GET /ready HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /ready HTTP/1.0\r\n\r\n")
        self.assertEqual(statuses(answer), [200, 200])


class Memory(unittest.TestCase):
    def setUp(self):
        self.server = Server("--auth", "off")
        self.addCleanup(self.server.close)

    def test_bodies_in_chunks_have_a_limit(self):
        piece = b"100000\r\n" + b"a" * (1 << 20) + b"\r\n"
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as s:
            s.sendall(CHUNKED)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for _ in range(600):
                    s.sendall(piece)
        self.assertLess(memory_mb(self.server.process, "VmHWM"), 400 * ROOM)
        self.assertEqual(self.server.push(({"a": "b"}, [(time.time_ns(), "x")]))[0], 204)

    def test_many_entries_in_few_bytes_are_refused(self):
        body = gzip.compress(b'{"streams":[{"stream":{"a":"b"},"values":[' + b'["1",""],' * 12_000_000 + b'["1",""]]}]}', 1)
        status = self.server.request("POST", "/loki/api/v1/push", body, {**JSON, "Content-Encoding": "gzip"}, timeout=120)[0]
        self.assertEqual(status, 413)
        self.assertLess(memory_mb(self.server.process, "VmHWM"), 900 * ROOM)
        self.assertEqual(self.server.push(({"a": "b"}, [(time.time_ns(), "x")]))[0], 204)

    def test_held_bodies_together_have_a_limit_and_small_pushes_pass(self):
        held = []
        self.addCleanup(lambda: [s.close() for s in held])
        refused = 0
        for _ in range(12):
            s = socket.create_connection(("127.0.0.1", self.server.port), timeout=60)
            held.append(s)
            try:
                s.sendall(POST + b"Content-Length: 99000000\r\n\r\n" + b"a" * 90_000_000)
                s.settimeout(0.2)
                refused += b" 503 " in s.recv(1000)
            except TimeoutError:
                pass
            except OSError:
                refused += 1
        self.assertGreater(refused, 4)
        self.assertLess(memory_mb(self.server.process), 900 * ROOM)
        self.assertEqual(self.server.push(({"a": "b"}, [(time.time_ns(), "x")]))[0], 204)
        self.assertIn('logsvc_http_refused_total{reason="no_memory"}', self.server.get("/metrics")[1])


class Crowds(unittest.TestCase):
    """Many peers that do nothing, or do it slowly, and a push that does not wait for them."""

    def setUp(self):
        raise_descriptors()
        self.server = Server("--auth", "off")
        self.addCleanup(self.server.close)
        self.held = []
        self.addCleanup(lambda: [s.close() for s in self.held])

    def crowd(self, n, data):
        for _ in range(n):
            s = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
            s.sendall(data)
            self.held.append(s)

    def push_passes(self):
        self.assertEqual(self.server.push(({"t": "crowd"}, [(time.time_ns(), "x")]), timeout=20)[0], 204)

    def test_slow_heads(self):
        self.crowd(1500, GET)
        self.push_passes()
        for s in self.held:
            with contextlib.suppress(OSError):
                s.sendall(b"X: y\r\n")
        self.push_passes()

    def test_slow_bodies(self):
        self.crowd(1500, POST + b"Content-Length: 1000\r\n\r\n{")
        self.push_passes()

    def test_idle_connections(self):
        self.crowd(1100, b"")
        self.push_passes()

    def test_answers_that_nobody_reads(self):
        self.crowd(300, (b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n") * 50)
        self.push_passes()

    def test_few_descriptors(self):
        few = Server("--auth", "off", wrap=("prlimit", "--nofile=200:200"))
        self.addCleanup(few.close)
        for _ in range(400):
            self.held.append(socket.create_connection(("127.0.0.1", few.port), timeout=30))
        self.assertEqual(few.push(({"a": "b"}, [(time.time_ns(), "x")]), timeout=20)[0], 204)
        self.assertIn('logsvc_http_refused_total{reason="too_many_connections"}', few.get("/metrics")[1])


class Slow(unittest.TestCase):
    def test_a_head_has_one_deadline(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as s:
            s.sendall(GET)
            answer = b""
            while True:  # a field each second does not put it off
                s.settimeout(1)
                try:
                    more = s.recv(1000)
                    if not more:
                        break
                    answer += more
                except TimeoutError:
                    with contextlib.suppress(OSError):
                        s.sendall(b"X: y\r\n")
            self.assertEqual(statuses(answer), [408])


# Everything that changes something, or is a WebSocket.
class PingFlood(unittest.TestCase):
    def test_pings_that_nobody_reads_the_answers_of_end_the_connection(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        before = memory_mb(server.process)
        tail = Tail(server, '{a="b"}')
        self.addCleanup(tail.close)
        ping = struct.pack(">BBI", 0x89, 0x80 | 125, 0) + b"p" * 125
        with self.assertRaises((BrokenPipeError, ConnectionResetError)):
            for _ in range(100_000):
                tail.socket.sendall(ping * 100)
        self.assertLess(memory_mb(server.process), before + 100)
        fresh = Tail(server, '{a="b"}')
        self.addCleanup(fresh.close)
        fresh.socket.sendall(struct.pack(">BBI", 0x89, 0x80, 0))
        wait_until("a single ping is answered", lambda: fresh.frame()[0] == 10)


NGINX = """
daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {dir}/1; proxy_temp_path {dir}/2; fastcgi_temp_path {dir}/3; uwsgi_temp_path {dir}/4; scgi_temp_path {dir}/5;
  upstream logsvc {{ server 127.0.0.1:{port}; keepalive 1; }}
  server {{
    listen 127.0.0.1:{front};
    location /loki/api/v1/push {{ proxy_pass http://logsvc; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }}
    location / {{ return 401; }}
  }}
}}
"""


@unittest.skipUnless(shutil.which("nginx"), "nginx is not installed")
class BehindNginx(unittest.TestCase):
    def test_nothing_is_smuggled_past_a_proxy_that_asks_for_the_password(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        server.push(({"a": "b"}, [(time.time_ns(), "secret line")]))
        folder = tempfile.TemporaryDirectory(prefix="logsvc-nginx-")
        self.addCleanup(folder.cleanup)
        front = free_port()
        with open(folder.name + "/nginx.conf", "w", encoding="utf-8") as f:
            f.write(NGINX.format(dir=folder.name, port=server.port, front=front))
        nginx = subprocess.Popen(["nginx", "-p", folder.name, "-c", folder.name + "/nginx.conf"], stderr=subprocess.DEVNULL)
        self.addCleanup(nginx.wait)
        self.addCleanup(nginx.terminate)

        def listens():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", front)):
                return True
        wait_until("nginx listens", listens)
        inner = b"POST /loki/api/v1/delete?query={a=\"b\"}&start=1700000000 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n" \
                b"GET /loki/api/v1/query_range?query={a=\"b\"} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for method in (b"GET", b"HEAD", b"OPTIONS", b"POST", b"PUT"):
            for framing in (b"Content-Length: %d\r\n\r\n" % len(inner) + inner, b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(inner) + inner + b"\r\n0\r\n\r\n"):
                for _ in range(3):
                    talk(front, method + b" /loki/api/v1/push HTTP/1.1\r\nHost: localhost\r\n" + framing + b"GET /loki/api/v1/push HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    answer = talk(front, b"GET /loki/api/v1/push HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    self.assertNotIn(b"secret line", answer)
        self.assertEqual(json.loads(server.get("/loki/api/v1/delete")[1]), [])


class AgentsPage(unittest.TestCase):
    def test_hostile_requests(self):
        port = free_port()
        agent = Agent([{"url": "http://user:s3cret@127.0.0.1:9/loki/api/v1/push"}])
        self.addCleanup(agent.close)
        agent.stop()
        with open(agent.path("config.yaml"), encoding="utf-8") as f:
            text = f.read().replace("server: {disable: true}", f"server: {{http_listen_address: 127.0.0.1, http_listen_port: {port}}}")
        with open(agent.path("config.yaml"), "w", encoding="utf-8") as f:
            f.write(text)
        agent.start()

        def listens():
            with contextlib.suppress(OSError):
                return b" 200 " in talk(port, b"GET /config HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        wait_until("the agent's page answers", listens, agent.log_text)
        self.assertNotIn(b"s3cret", talk(port, b"GET /config HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        for name, data, status in HOSTILE:
            if status in (413, 404) or "WebSocket" in name:
                continue
            with self.subTest(name):
                self.assertEqual(statuses(talk(port, data)), [status])
        for body in (b"Content-Length: 300000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n"):
            self.assertEqual(statuses(talk(port, b"POST /ready HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: br\r\n" + body)), [413])
        self.assertIsNone(agent.process.poll())


if __name__ == "__main__":
    unittest.main()
