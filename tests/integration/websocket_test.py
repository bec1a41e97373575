"""WebSocket frames of every bad kind: each ends its own connection, and nobody else notices."""
import contextlib
import os
import random
import struct
import time
import unittest

from raw_http import memory_mb
from support import Server, Tail

PATHS = ("/loki/api/v1/tail", "/api/live", "/api/pulse")
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


def frame(opcode, payload=b"", fin=True, reserved=0, masked=True, length=None):
    """With a length other than the payload's, if it is given: as the bytes behind the first two."""
    n = len(payload)
    if length is None:
        small, more = (n, b"") if n < 126 else (126, struct.pack(">H", n)) if n < 65536 else (127, struct.pack(">Q", n))
    else:
        small, more = length
    mask = os.urandom(4) if masked else b""
    body = bytes(c ^ mask[i % 4] for i, c in enumerate(payload)) if masked else payload
    return bytes([(fin << 7) | (reserved << 4) | opcode, (masked << 7) | small]) + more + mask + body


BAD = {
    "not masked": frame(TEXT, b"{}", masked=False),
    **{f"reserved bits {bits}": frame(TEXT, b"{}", reserved=bits) for bits in (1, 2, 4, 7)},
    **{f"opcode {opcode}": frame(opcode, b"x") for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "a ping in parts": frame(PING, b"x", fin=False),
    "a close in parts": frame(CLOSE, b"\x03\xe8", fin=False),
    "a ping of 126 bytes": frame(PING, b"x" * 126),
    "a continuation of nothing": frame(0, b"x"),
    "a text inside a text": frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"),
    "no UTF-8": frame(TEXT, b"\xff\xfe"),
    "no UTF-8 over two parts": frame(TEXT, b"\xe2", fin=False) + frame(0, b"x"),
    "a length with its top bit set": frame(TEXT, b"", length=(127, struct.pack(">Q", 1 << 63))),
    "a length of 2^62": frame(TEXT, b" " * 100_000, length=(127, struct.pack(">Q", 1 << 62))),
    "a length of 4 GiB": frame(TEXT, b" " * 100_000, length=(127, struct.pack(">Q", 1 << 32))),
    "a short length in eight bytes": frame(TEXT, b"{}", length=(127, struct.pack(">Q", 2))),
    "a short length in two bytes": frame(TEXT, b"{}", length=(126, struct.pack(">H", 2))),
    "a message of 1 MiB": frame(TEXT, b" " * (1 << 20)),
    "a message of 1 MiB in parts": frame(TEXT, b" ", fin=False) + frame(0, b" " * 8192, fin=False) * 128,
    "a close of one byte": frame(CLOSE, b"\x03"),
    **{f"a close with the code {code}": frame(CLOSE, struct.pack(">H", code)) for code in (0, 999, 1004, 1005, 1006, 1015)},
    "a close that is no UTF-8": frame(CLOSE, b"\x03\xe8\xff\xfe"),
    "a request": b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n",
}
# These say nothing that the server acts on, or end as they should.
HARMLESS = {
    "words that are no JSON": frame(TEXT, b"hello") + frame(TEXT, b"[[[[" * 1000) + frame(TEXT, b'{"credit":-1e999}'),
    "bytes": frame(BINARY, b"\x00\xff"),
    "empty frames": frame(TEXT) * 100 + frame(TEXT, fin=False) + frame(0, fin=False) * 100 + frame(0),
    "a ping in the middle of a text": frame(TEXT, b"{", fin=False) + frame(PING, b"x") + frame(0, b"}"),
}


def ends(tail):
    """Whatever the server still says, the connection ends within the time-out of its socket."""
    with contextlib.suppress(EOFError, ConnectionResetError):
        while True:
            tail.frame()


class BadFrames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off")
        cls.addClassCleanup(cls.server.close)
        cls.viewer = Tail(cls.server, '{app="watched"}')
        cls.addClassCleanup(cls.viewer.close)

    def send(self, path, data):
        tail = Tail(self.server, '{app="none"}', path=path)
        self.addCleanup(tail.close)
        self.assertEqual(tail.status, 101)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            tail.socket.sendall(data)
        return tail

    def check_others(self, word):
        """Who watches goes on watching."""
        self.server.push(({"app": "watched"}, [(time.time_ns(), word)]))
        self.assertEqual(self.viewer.lines(1), [word])
        self.assertEqual(self.server.get("/ready")[0], 200)

    def test_each_ends_its_connection_alone(self):
        before = memory_mb(self.server.process)
        for path in PATHS:
            for name, data in BAD.items():
                with self.subTest(path=path, frame=name):
                    ends(self.send(path, data))
            self.check_others(path)
        self.assertLess(memory_mb(self.server.process) - before, 100)

    def test_a_close_is_answered(self):
        for path in PATHS:
            tail = self.send(path, frame(CLOSE, b"\x03\xe8bye"))
            opcode = None
            while opcode != CLOSE:
                opcode, payload = tail.frame()
            self.assertEqual(payload[:2], b"\x03\xe8")
            ends(tail)

    def test_what_is_harmless_ends_nothing(self):
        for path in PATHS:
            for name, data in HARMLESS.items():
                with self.subTest(path=path, frames=name):
                    tail = self.send(path, data + frame(PING, b"there?"))
                    while True:
                        opcode, payload = tail.frame()
                        if (opcode, payload) == (10, b"there?"):
                            break
                    tail.close()

    def test_half_a_frame_and_then_nothing(self):
        whole = frame(TEXT, b'{"credit":1}' + b" " * 200)
        for path in PATHS:
            for cut in range(1, len(whole), 17):
                self.send(path, whole[:cut]).close()
        self.check_others("halves")

    def test_noise(self):
        noise = random.Random(20261130)
        for i in range(200):
            self.send(PATHS[i % 3], noise.randbytes(noise.randrange(1, 300))).close()
        self.check_others("noise")


if __name__ == "__main__":
    unittest.main()
