"""HTTP by raw bytes, and what a process costs."""
import contextlib
import os
import re
import socket

KIB = 1024


def talk(port, data, timeout=30):
    """Everything that comes until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as s:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            s.sendall(data)
        out = b""
        with contextlib.suppress(ConnectionResetError):
            while more := s.recv(65536):
                out += more
        return out


def statuses(answers):
    """The numbers of all status lines."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", answers)]


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process, what="VmRSS"):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith(what + ":")) // KIB
