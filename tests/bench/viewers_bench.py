"""Many live pages of one query: what they cost the server. Printed, never asserted. VIEWERS, SECONDS and RATE set the run."""
import json
import os
import re
import selectors
import struct
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import cpu_seconds, rss_mb  # noqa: E402
from support import Server, Tail  # noqa: E402

VIEWERS = int(os.environ.get("VIEWERS", "50"))
SECONDS = int(os.environ.get("SECONDS", "15"))
RATE = int(os.environ.get("RATE", "5000"))
MATCHED = re.compile(rb'"matched":(\d+)')
LEFT_OUT = re.compile(rb'"leftOut":\{"entries":(\d+)')


class Viewer:
    """Takes frames as a page does, but reads only their head and end: the bench shares its cores with the server."""

    def __init__(self, server, start):
        self.tail = Tail(server, QUERY, path="/api/live", start=start)
        self.socket = self.tail.socket
        self.socket.setblocking(False)
        self.held = bytearray()
        self.matched = self.left_out = 0

    def read(self):
        try:
            while piece := self.socket.recv(1 << 20):
                self.held += piece
        except BlockingIOError:
            pass
        at = 0
        while len(self.held) - at >= 2:
            opcode, n, head = self.held[at] & 15, self.held[at + 1], 2
            if n == 126:
                if len(self.held) - at < 4:
                    break
                n, head = struct.unpack_from(">H", self.held, at + 2)[0], 4
            elif n == 127:
                if len(self.held) - at < 10:
                    break
                n, head = struct.unpack_from(">Q", self.held, at + 2)[0], 10
            if len(self.held) - at < head + n:
                break
            if opcode == 1:
                self.frame(bytes(self.held[at + head:at + head + 40]), bytes(self.held[max(at + head, at + head + n - 160):at + head + n]))
            at += head + n
        if at:
            del self.held[:at]
            self.say_taken()

    def frame(self, head, end):
        self.matched = int(MATCHED.search(head)[1])
        if found := LEFT_OUT.search(end):
            self.left_out += int(found[1])

    def say_taken(self):
        data = f"taken {self.matched - self.left_out}".encode()
        self.socket.sendall(struct.pack(">BB", 0x81, 0x80 | len(data)) + bytes(4) + data)


QUERY = '{service="api-server"}'
LABELS = {"job": "docker", "host": "h1", "service": "api-server", "level": "info", "container": "api-server"}


def push(server, first, count, pad="x" * 270):
    base = time.time_ns()
    values = [[str(base + i), json.dumps({"service": "api-server", "level": "info", "message": f"GET /seats {first + i}", "userId": f"user_id_{i}", "pad": pad})] for i in range(count)]
    server.request("POST", "/loki/api/v1/push", json.dumps({"streams": [{"stream": LABELS, "values": values}]}).encode(), {"Content-Type": "application/json"})


def run(server, viewers):
    """Lines pushed, seconds it took, CPU seconds of the server until every viewer accounts for all."""
    selector = selectors.DefaultSelector()
    for v in viewers:
        selector.register(v.socket, selectors.EVENT_READ, v)
    done, sent = threading.Event(), [0]

    def watch():
        while not (done.is_set() and all(v.matched >= sent[0] for v in viewers)):
            for key, _ in selector.select(0.2):
                key.data.read()

    watcher = threading.Thread(target=watch)
    watcher.start()
    pid, began = server.process.pid, time.monotonic()
    before = cpu_seconds(pid)
    tick = 0
    while time.monotonic() - began < SECONDS:
        push(server, sent[0], RATE // 20)
        sent[0] += RATE // 20
        tick += 1
        time.sleep(max(0, began + tick / 20 - time.monotonic()))
    took = time.monotonic() - began
    done.set()
    watcher.join()
    return sent[0], took, cpu_seconds(pid) - before


def main():
    server = Server("--auth", "off")
    sent, took, alone = run(server, [])
    print(f"no viewer                  ingest {sent / took:6.0f} lines/s, {alone / sent * 1e6:.1f} CPU s per million lines taken in")
    start = time.time_ns()
    viewers = [Viewer(server, start) for _ in range(VIEWERS)]
    lines, took, cpu = run(server, viewers)
    delivered = sum(v.matched - v.left_out for v in viewers)
    print(f"{VIEWERS:2d} viewers of one query    ingest {lines / took:6.0f} lines/s, delivered {delivered} of {lines * VIEWERS}, left out at most {max(v.left_out for v in viewers)}")
    print(f"                           {cpu / took:.2f} cores; {(cpu - alone * lines / sent) / delivered * 1e6:.2f} CPU s per million delivered lines over ingest; RSS {rss_mb(server.process.pid):.0f} MB, peak {rss_mb(server.process.pid, 'VmHWM'):.0f} MB")
    for v in viewers:
        v.socket.close()
    server.close()


if __name__ == "__main__":
    main()
