"""Docker's API of containers that only print: list, inspect, events, logs that are followed. For figures at any number of them."""
import asyncio
import json
import os
import re
import socket
import struct
import threading
import time
import urllib.parse


def stamp(ns):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ns // 10**9)) + f".{ns % 10**9:09d}Z"


class FakeDocker:
    """folder: logs are json-files in it, which the agent may read; None: it has the API alone."""

    def __init__(self, folder=None):
        self.folder, self.containers, self.followers, self.watchers = folder, {}, {}, []
        self.loop = asyncio.new_event_loop()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self._serve, sock=self.socket))
        self.loop.run_forever()

    def _do(self, what):
        done = threading.Event()
        self.loop.call_soon_threadsafe(lambda: (what(), done.set()))
        done.wait()

    def run(self, name, first_line=None):
        """The id of a container that starts now."""
        container = f"{len(self.containers):064x}"
        if self.folder:
            os.makedirs(f"{self.folder}/{container}")
            open(self.path(container), "w", encoding="utf-8").close()
        self.containers[container] = {"name": name, "log": []}
        if first_line:
            self.print(container, first_line)
        event = json.dumps({"Type": "container", "Action": "start", "Actor": {"ID": container, "Attributes": {"name": name}}, "timeNano": time.time_ns()})
        self._do(lambda: [self._chunk(w, event.encode() + b"\n") for w in self.watchers])
        return container

    def path(self, container):
        return f"{self.folder}/{container}/{container}-json.log" if self.folder else ""

    def print(self, container, line):
        now = stamp(time.time_ns())
        if self.folder:
            with open(self.path(container), "a", encoding="utf-8") as f:
                f.write(json.dumps({"log": line + "\n", "stream": "stdout", "time": now}, separators=(",", ":")) + "\n")
        record = f"{now} {line}\n".encode()
        frame = struct.pack(">BxxxL", 1, len(record)) + record

        def send():
            self.containers[container]["log"].append(frame)
            for writer in self.followers.get(container, []):
                self._chunk(writer, frame)
        self._do(send)

    def _chunk(self, writer, data):
        writer.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _inspect(self, container):
        return {"Id": container, "Name": "/" + self.containers[container]["name"], "LogPath": self.path(container),
                "State": {"Running": True, "Restarting": False, "StartedAt": "2026-01-01T00:00:00Z"},
                "Config": {"Tty": False, "Image": "fake", "Labels": {"com.docker.compose.project": "bench"}},
                "HostConfig": {"LogConfig": {"Type": "json-file", "Config": {}}, "NetworkMode": "none"}, "NetworkSettings": {"Networks": {}, "Ports": {}}}

    async def _serve(self, reader, writer):
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        url = urllib.parse.urlparse(request.split()[1])
        path, query = re.sub(r"^/v1\.\d+", "", url.path), urllib.parse.parse_qs(url.query)
        if path == "/events" or path.endswith("/logs"):
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            if path == "/events":
                self.watchers.append(writer)
                return
            container = path.split("/")[2]
            if query.get("tail") != ["0"]:
                for frame in self.containers[container]["log"]:
                    self._chunk(writer, frame)
            if query.get("follow") == ["1"]:
                self.followers.setdefault(container, []).append(writer)
                return
            writer.write(b"0\r\n\r\n")
        else:
            container = path.split("/")[2] if path.count("/") == 3 else None
            answer = (self._inspect(container) if container else
                      [{"Id": c, "State": "running"} for c in self.containers] if path == "/containers/json" else {})
            body = json.dumps(answer).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()
