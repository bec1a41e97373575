"""Figures of the agent with 1, 100 and 1,000 containers of a fake Docker, printed and never asserted."""
import http.server
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from bench import BINARY, cpu_seconds, rss_mb
from fake_docker import FakeDocker

IDLE_SECONDS = float(os.environ.get("BENCH_IDLE_SECONDS", "30"))


class Sink:
    """Takes every push; the times at which they came, and their bodies."""

    def __init__(self):
        sink = self
        self.pushes, self.bodies = [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                now = time.time()
                sink.bodies.append((now, self.rfile.read(int(self.headers["Content-Length"]))))
                sink.pushes.append(now)
                self.send_response(204)
                self.end_headers()

            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def when(self, text):
        """The time of the push that brought the text, which is random enough to be in it as it is."""
        while True:
            for moment, body in list(self.bodies):
                if text in body:
                    return moment
            time.sleep(0.0005)


def wait_quiet(sink):
    """Until nothing was pushed for two seconds."""
    while not sink.pushes or time.time() - sink.pushes[-1] < 2:
        time.sleep(0.1)


def figures(containers, read):
    with tempfile.TemporaryDirectory(prefix="logsvc-bench-") as folder:
        docker, sink = FakeDocker(folder + "/logs" if read == "file" else None), Sink()
        ids = [docker.run(f"app-{i}", f"first line of {i}") for i in range(containers)]
        agent = subprocess.Popen([BINARY, "agent", "--docker", f"tcp://127.0.0.1:{docker.port}", "--read", read, "--host-label", "h", "--push",
                                  f"http://127.0.0.1:{sink.port}", "--data-dir", folder + "/data"], stderr=subprocess.DEVNULL)
        began = time.time()
        wait_quiet(sink)
        caught_up = sink.pushes[-1] - began
        for i in ids:
            docker.print(i, "x" * 200)
        wait_quiet(sink)
        before = cpu_seconds(agent.pid)
        time.sleep(IDLE_SECONDS)
        idle = (cpu_seconds(agent.pid) - before) / IDLE_SECONDS * 100
        waits = []
        for i in range(10):
            sink.bodies.clear()
            moment, mark = time.time(), os.urandom(8).hex()
            docker.run(f"late-{i}", json.dumps({"level": "info", "message": mark}))
            waits.append((sink.when(mark.encode()) - moment) * 1000)
            time.sleep(0.3)
        print(f"{containers:5} containers by {read:4}   RSS {rss_mb(agent.pid):6.1f} MB, peak {rss_mb(agent.pid, 'VmHWM'):6.1f} MB   idle CPU {idle:5.2f} %   "
              f"all read after {caught_up:5.2f} s   first line after start {statistics.median(waits):6.1f} ms (max {max(waits):.1f})", flush=True)
        agent.terminate()
        agent.wait()


if __name__ == "__main__":
    for n in [int(a) for a in sys.argv[1:]] or [1, 100, 1000]:
        for way in ("file", "api"):
            figures(n, way)
