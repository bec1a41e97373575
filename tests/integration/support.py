"""Starts the real binary in a temporary directory, talks HTTP and WebSocket to it."""
import base64
import http.client
import itertools
import json
import os
import random
import signal
import socket
import struct
import subprocess
import tempfile
import time
import urllib.parse

# A shell that runs the tests in the background has them ignore it, and so what they start: but
# `logsvc tail` is to end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("LOGSVC_BIN", "build/release/logsvc")


# Test files that run beside each other have ports of their own (run_tests.py).
FIRST_PORT, LAST_PORT = map(int, os.environ.get("LOGSVC_TEST_PORTS", "10000-29999").split("-"))
PORTS = itertools.cycle(random.sample(range(FIRST_PORT, LAST_PORT + 1), LAST_PORT + 1 - FIRST_PORT))


def free_port():
    """Returns one that nobody has; the system gives none of them to a connection that is made."""
    while True:
        port = next(PORTS)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Server:
    """One `logsvc server`; may be killed and started again over the same data."""

    def __init__(self, *args, env=None, wrap=(), data_dir=None):
        self.dir = tempfile.TemporaryDirectory(prefix="logsvc-")
        self.data_dir = data_dir or self.dir.name + "/data"
        self.port, self.ui_port = free_port(), free_port()
        self.args, self.env, self.wrap = args, env or {}, wrap
        self.process = None
        self.start()

    def start(self):
        command = [*self.wrap, BINARY, "server", "--listen", f"127.0.0.1:{self.port}", "--ui-listen",
                   f"127.0.0.1:{self.ui_port}", "--data-dir", self.data_dir, *self.args]
        self.log = open(self.dir.name + "/log", "ab")
        self.process = subprocess.Popen(command, stderr=self.log, env={**os.environ, **self.env})
        deadline = time.time() + 60
        while time.time() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError("the server ended: " + self.log_text())
            try:
                if self.get("/ready")[0] == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server does not get ready: " + self.log_text())

    def log_text(self):
        with open(self.dir.name + "/log", encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        self.log.close()
        return code

    def close(self):
        if self.process.poll() is None:
            self.stop()
        self.dir.cleanup()

    def request(self, method, path, body=None, headers=None, port=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace"), dict(answer.getheaders())
        finally:
            connection.close()

    def connect(self, port=None):
        return socket.create_connection(("127.0.0.1", port or self.port), timeout=30)

    def get(self, path, params=None, **more):
        if params:
            path += "?" + urllib.parse.urlencode(params, doseq=True)
        return self.request("GET", path, **more)

    def push(self, *streams, **more):
        """Each stream: (labels, [(ns, line[, metadata]), …])."""
        body = {"streams": [{"stream": labels, "values": [[str(v[0]), *v[1:]] for v in values]} for labels, values in streams]}
        return self.request("POST", "/loki/api/v1/push", json.dumps(body), {"Content-Type": "application/json"}, **more)

    def lines(self, query, start=0, end=None, limit=5000, direction="forward"):
        """[(ns, line)] in the order of time."""
        end = end or time.time_ns() + 10**12
        status, body, _ = self.get("/loki/api/v1/query_range", {
            "query": query, "start": start, "end": end, "limit": limit, "direction": direction})
        if status != 200:
            raise AssertionError(f"{status} {body}")
        found = [(int(ts), line) for s in json.loads(body)["data"]["result"] for ts, line in s["values"]]
        return sorted(found)


class Agent:
    """One `logsvc agent` over a Promtail file, which reads what is written to `lines`."""

    CONFIG = """
positions: {{filename: {dir}/positions.yaml}}
server: {{disable: true}}
clients:
{clients}
scrape_configs:
  - job_name: test
    static_configs: [{{labels: {{job: {job}, __path__: {dir}/lines}}}}]
    pipeline_stages: {stages}
"""

    def __init__(self, clients, job="test", stages="[]", env=None):
        """clients: dicts, as in the file; a quick backoff is theirs if they have none."""
        self.dir = tempfile.TemporaryDirectory(prefix="logsvc-agent-")
        self.env = env or {}
        quick = {"backoff_config": {"min_period": "20ms", "max_period": "100ms"}}
        listed = "\n".join("  - " + json.dumps({**quick, **c}) for c in clients)
        with open(self.path("config.yaml"), "w", encoding="utf-8") as f:
            f.write(self.CONFIG.format(dir=self.dir.name, clients=listed, job=job, stages=stages))
        self.process = None
        self.start()

    def start(self):
        self.log = open(self.path("log"), "ab")
        self.process = subprocess.Popen([BINARY, "agent", "--config", self.path("config.yaml"), "--data-dir", self.path("data")],
                                        stderr=self.log, env={**os.environ, **self.env})

    def path(self, name):
        return f"{self.dir.name}/{name}"

    def write(self, *lines):
        with open(self.path("lines"), "a", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in lines))

    def log_text(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def wait_for_log(self, text):
        def said():
            if self.process.poll() is not None and text not in self.log_text():
                raise AssertionError(f"the agent ended: {self.log_text()}")
            return text in self.log_text()
        wait_until(f"the agent says {text!r}", said, self.log_text)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.log.close()
        return code

    def close(self):
        if self.process.poll() is None:
            self.stop()
        self.log.close()
        self.dir.cleanup()


def wait_until(what, condition, detail=lambda: "", timeout=60):
    """The condition's first true value."""
    deadline = time.time() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.time() > deadline:
            raise AssertionError(f"never: {what}\n{detail()}")
        time.sleep(0.02)


class Tail:
    """A WebSocket to /loki/api/v1/tail."""

    def __init__(self, server, query, path="/loki/api/v1/tail", headers=None, **params):
        self.socket = server.connect()
        path += "?" + urllib.parse.urlencode({"query": query, **params})
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}Upgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
                             "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(4096)
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        if self.status != 101:
            self.close()

    def _take(self, n):
        while len(self.buffer) < n:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.buffer += more
        taken, self.buffer = self.buffer[:n], self.buffer[n:]
        return taken

    def frame(self):
        """(opcode, payload) of the next frame."""
        first, second = self._take(2)
        length = second & 127
        if length == 126:
            length = struct.unpack(">H", self._take(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self._take(8))[0]
        return first & 15, self._take(length)

    def lines(self, n):
        """The next n lines, in the order they come."""
        out = []
        while len(out) < n:
            opcode, payload = self.frame()
            if opcode == 1:
                for stream in json.loads(payload).get("streams") or []:
                    out += [value[1] for value in stream["values"]]
        return out

    def ended(self):
        """Waits until the server closes the connection."""
        try:
            while self.frame()[0] != 8:
                pass
        except EOFError:
            pass
        return True

    def close(self):
        self.socket.close()
