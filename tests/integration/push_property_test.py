"""Whatever is answered 2xx can be read back: random pushes in every encoding, well formed and odd."""
import json
import os
import random
import struct
import time
import unittest

from support import Server

SEED = int(os.environ.get("LOGSVC_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)


def varint(n):
    n &= 2**64 - 1
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def field(tag, value):
    """A length-delimited field of protobuf."""
    return varint(tag << 3 | 2) + varint(len(value)) + value


def snappy(message):
    """One block of literals."""
    out = varint(len(message))
    for at in range(0, len(message), 60):
        piece = message[at:at + 60]
        out += bytes([(len(piece) - 1) << 2]) + piece
    return out


class Pushes:
    """Bodies with lines that are all different; `lines` is what each holds."""

    def __init__(self, rng):
        self.rng, self.number = rng, 0

    def line(self):
        self.number += 1
        return self.rng.choice(["line {}", "한글 {} \"x\"", "{{\"level\":\"info\",\"n\":{}}}", "\\ud83d {} \n tab\t", " {} "]).format(self.number)

    def ns(self):
        return time.time_ns() - self.rng.randrange(10**12)

    def odd(self, value):
        """Now and then something else instead."""
        return self.rng.choice([None, True, 5, 1.5, "x", [], {}, [1], {"a": "b"}]) if self.rng.random() < 0.03 else value

    def name(self, camel):
        if self.rng.random() < 0.03:
            return camel.upper()
        return "".join("_" + c.lower() if c.isupper() else c for c in camel) if self.rng.random() < 0.5 else camel

    def shuffled(self, *pairs):
        return dict(self.rng.sample(pairs, len(pairs)))

    def loki_json(self, lines):
        values = []
        for line in lines:
            value = [self.odd(str(self.ns())), self.odd(line)]
            if self.rng.random() < 0.3:
                value.append(self.odd({"k": self.odd("v"), "trace.id": 7}))
            values.append(self.odd(value))
        stream = self.shuffled((self.name("stream"), self.odd({"job": "p", "n": self.rng.randrange(3)})), (self.name("values"), self.odd(values)))
        return "/loki/api/v1/push", "application/json", json.dumps({self.name("streams"): [stream]}).encode()

    def legacy_json(self, lines):
        entries = [self.odd({"ts": self.odd(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.ns() // 10**9))), "line": self.odd(line)}) for line in lines]
        stream = self.shuffled(("labels", self.odd('{job="p"}')), (self.name("entries"), self.odd(entries)))
        return "/api/prom/push", "application/json", json.dumps({"streams": [stream]}).encode()

    def loki_protobuf(self, lines):
        entries = b""
        for line in lines:
            ns = self.ns()
            at = b"\x08" + varint(ns // 10**9) + b"\x10" + varint(ns % 10**9)
            entry = [field(1, at), field(2, line.encode())]
            self.rng.shuffle(entry)
            entries += field(2, b"".join(entry))
        labels = field(1, b'{job="p", form="pb"}')
        stream = labels + entries if self.rng.random() < 0.5 else entries + labels
        return "/loki/api/v1/push", "application/x-protobuf", snappy(field(1, stream))

    def otlp_json(self, lines):
        records = []
        for line in lines:
            body = {self.name("stringValue"): self.odd(line)}
            severity = self.rng.choice([9, "17", "SEVERITY_NUMBER_WARN2", "LOUD"])
            records.append(self.odd(self.shuffled((self.name("timeUnixNano"), self.odd(str(self.ns()))), ("body", self.odd(body)), (self.name("severityNumber"), severity),
                                                  ("attributes", self.odd([{"key": "a", "value": {self.name("intValue"): "5"}}])))))
        resource = {"attributes": [{"key": "service.name", "value": {self.name("stringValue"): "p"}}]}
        scope = {self.name("logRecords"): self.odd(records)}
        body = {self.name("resourceLogs"): [self.shuffled(("resource", self.odd(resource)), (self.name("scopeLogs"), [scope]))]}
        return "/otlp/v1/logs", "application/json", json.dumps(body).encode()

    def otlp_protobuf(self, lines):
        records = b""
        for line in lines:
            parts = [b"\x09" + struct.pack("<Q", self.ns()), field(5, field(1, line.encode())), b"\x10" + varint(17)]
            self.rng.shuffle(parts)
            records += field(2, b"".join(parts))
        resource = field(1, field(1, field(1, b"service.name") + field(2, field(1, b"p"))))
        parts = [resource, field(2, records)]
        self.rng.shuffle(parts)
        return "/otlp/v1/logs", "application/x-protobuf", field(1, b"".join(parts))

    def forms(self):
        return [self.loki_json, self.legacy_json, self.loki_protobuf, self.otlp_json, self.otlp_protobuf]


class Accepted(unittest.TestCase):
    def test_what_is_answered_2xx_can_be_read_back(self):
        server = Server("--auth", "off", "--retention", "0", "--max-entries", "100000")
        self.addCleanup(server.close)
        pushes = Pushes(random.Random(SEED))
        expected, taken, refused = set(), 0, 0
        for _ in range(400):
            lines = [pushes.line() for _ in range(pushes.rng.randrange(1, 5))]
            path, kind, body = pushes.rng.choice(pushes.forms())(lines)
            status, text, _ = server.request("POST", path, body, {"Content-Type": kind})
            self.assertLess(status, 500, f"seed {SEED}: {path} {body}: {text}")
            if status // 100 == 2:
                # Lines that an odd value took the place of were not in the body.
                held = {line for line in lines if json.dumps(line)[1:-1].encode() in body or line.encode() in body}
                expected |= held
                taken += 1
            else:
                self.assertTrue(text, "a refusal says why")
                refused += 1
        missing = expected - set(server_lines(server))
        self.assertEqual(missing, set(), f"seed {SEED}")
        self.assertGreater(taken, 50)
        self.assertGreater(refused, 10)


def server_lines(server):
    found = []
    for matcher in ('{job="p"}', '{service_name=~".+"}'):
        found += [line for _, line in server.lines(matcher, limit=100000)]
    return found


if __name__ == "__main__":
    unittest.main()
