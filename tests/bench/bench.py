"""Figures of the server and the agent, printed and never asserted. CPU seconds are user + system of the process."""
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
from support import BINARY, Server, Tail  # noqa: E402

PUSH = os.path.join(os.path.dirname(BINARY), "tests", "bench", "logsvc_bench_push")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid, name="VmRSS"):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) / 1024 for line in f if line.startswith(name + ":"))


def folder_bytes(path):
    return sum(os.path.getsize(os.path.join(d, n)) for d, _, names in os.walk(path) for n in names)


def ingest(megabytes):
    server = Server("--auth", "off", "--retention", "0")
    pid = server.process.pid
    time.sleep(1)
    print(f"server idle RSS            {rss_mb(pid):8.1f} MB")
    before = cpu_seconds(pid)
    done = json.loads(subprocess.run([PUSH, f"http://127.0.0.1:{server.port}", str(megabytes)], capture_output=True, text=True, check=True).stdout)
    pushed = cpu_seconds(pid) - before
    server.request("POST", "/flush")
    flushed = cpu_seconds(pid) - before
    raw = done["bytes"]
    print(f"ingest, durable 204s       {raw / 1e6 / pushed:8.1f} MB per CPU s   {flushed / raw * 1e9:.2f} CPU s/GB with the flush, one connection {raw / 1e3 / done['wall_ms']:.0f} MB/s")
    print(f"server RSS after it        {rss_mb(pid):8.1f} MB, peak {rss_mb(pid, 'VmHWM'):.1f} MB")
    print(f"disk per raw byte          {folder_bytes(server.dir.name + '/data/chunks') / raw:8.3f}")
    server.close()


def live(seconds, rate=1000):
    server = Server("--auth", "off")
    tail = Tail(server, '{t="live"}')
    total, seen = seconds * rate, []

    def listen():
        while len(seen) < total:
            for line in tail.lines(1):
                seen.append((time.time_ns() - int(line.split()[0])) / 1e6)

    listener = threading.Thread(target=listen)
    listener.start()
    pushes = 20
    for i in range(seconds * pushes):
        due = time.time() + 1 / pushes
        server.push(({"t": "live"}, [(time.time_ns() + n, f"{time.time_ns()} line {i} {n}") for n in range(rate // pushes)]))
        time.sleep(max(0, due - time.time()))
    listener.join(timeout=30)
    seen.sort()
    print(f"live, {rate} lines/s         p50 {seen[len(seen) // 2]:.1f} ms  p99 {seen[len(seen) * 99 // 100]:.1f} ms  lines {len(seen)} of {total}")
    tail.close()
    server.close()


def agent_idle():
    with tempfile.TemporaryDirectory() as folder:
        agent = subprocess.Popen([BINARY, "agent", "--docker", f"unix://{folder}/none.sock", "--push", "http://127.0.0.1:9", "--data-dir", folder], stderr=subprocess.DEVNULL)
        time.sleep(2)
        print(f"agent idle RSS             {rss_mb(agent.pid):8.1f} MB")
        agent.terminate()
        agent.wait()


if __name__ == "__main__":
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    print(f"{os.cpu_count()} cores, {platform.machine()}, commit {commit}, {BINARY}")
    ingest(int(os.environ.get("BENCH_MB", "300")))
    live(10)
    agent_idle()
