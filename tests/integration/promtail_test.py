"""An agent over a Promtail file: targets that change, reloading, syslog, the journal, flags."""
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import zlib

from support import BINARY, Server, free_port, wait_until
from tls_files import Authority

JOURNAL = "/lib/systemd/systemd-journal-remote"


class Promtail:
    """`logsvc agent` over a file of which a test writes the scrape_configs."""

    def __init__(self, server_port):
        self.dir = tempfile.TemporaryDirectory(prefix="logsvc-promtail-")
        self.server_port, self.port = server_port, free_port()
        self.process = None

    def path(self, name):
        return f"{self.dir.name}/{name}"

    def write(self, name, text, how="w"):
        # Renamed into place: nobody reads half of it.
        if how == "w":
            with open(self.path(name + ".new"), "w", encoding="utf-8") as f:
                f.write(text)
            os.rename(self.path(name + ".new"), self.path(name))
        else:
            with open(self.path(name), how, encoding="utf-8") as f:
                f.write(text)

    def configure(self, scrapes, server="enable_runtime_reload: true"):
        """scrapes: a list as the file has it."""
        self.write("p.yaml", "server: {http_listen_address: 127.0.0.1, http_listen_port: %d, %s}\n"
                   "positions: {filename: %s, sync_period: 100ms}\ntarget_config: {sync_period: 100ms}\n"
                   "clients: [{url: 'http://127.0.0.1:%d/loki/api/v1/push', backoff_config: {min_period: 20ms, max_period: 100ms}}]\n"
                   "scrape_configs: %s\n" % (self.port, server, self.path("positions.yaml"), self.server_port, json.dumps(scrapes)))

    def start(self, *flags):
        self.log = open(self.path("log"), "ab")
        self.process = subprocess.Popen([BINARY, "agent", f"-config.file={self.path('p.yaml')}", *flags], stderr=self.log)
        wait_until("the page answers", lambda: self.ask("/metrics")[0] == 200, self.log_text)

    def log_text(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def ask(self, path, method="GET"):
        try:
            with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method), timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()
        except OSError as e:
            return 0, str(e)

    def metric(self, name):
        for line in self.ask("/metrics")[1].splitlines():
            if line.rsplit(" ", 1)[0] == name:
                return float(line.rsplit(" ", 1)[1])
        return 0

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)
            self.log.close()

    def close(self):
        self.stop()
        self.dir.cleanup()


class Base(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off", "--retention", "0")
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.agent = Promtail(self.server.port)
        self.addCleanup(self.agent.close)
        self.job = self.id().rsplit(".", 1)[1]

    def arrived(self, more=""):
        return [line for _, line in self.server.lines(f'{{job="{self.job}"{more}}}')]

    def expect(self, *lines, more=""):
        wait_until(f"{lines} arrive", lambda: len(self.arrived(more)) >= len(lines), self.agent.log_text)
        self.assertEqual(sorted(self.arrived(more)), sorted(lines))

    def files(self, name, **labels):
        return {"job_name": name, "static_configs": [{"targets": ["localhost"], "labels": {"job": self.job, "__path__": self.agent.path(name), **labels}}]}


class Reload(Base):
    def reload(self):
        before = self.agent.metric("promtail_config_reload_success_total")
        self.assertEqual(self.agent.ask("/reload", "POST")[0], 200)
        wait_until("reloaded", lambda: self.agent.metric("promtail_config_reload_success_total") > before, self.agent.log_text)

    def test_post_reload_changes_targets_and_labels(self):
        self.agent.write("a.log", "a1\n", "a")
        self.agent.write("b.log", "b1\n", "a")
        self.agent.configure([self.files("a.log")])
        self.agent.start()
        self.expect("a1")
        self.agent.configure([self.files("a.log", env="prod"), self.files("b.log")])
        self.reload()
        self.agent.write("a.log", "a2\n", "a")
        self.expect("a1", "a2", "b1")
        self.expect("a2", more=',env="prod"')
        self.assertIn("b.log", self.agent.ask("/targets")[1])
        self.assertIn("b.log", self.agent.ask("/service-discovery")[1])

    def test_a_fault_changes_nothing_and_says_where(self):
        self.agent.write("a.log", "a1\n", "a")
        self.agent.configure([self.files("a.log")])
        self.agent.start()
        self.expect("a1")
        self.agent.write("p.yaml", "scrape_configs:\n- job_name: x\n  static_confgs: []\n")
        status, text = self.agent.ask("/reload", "POST")
        self.assertEqual(status, 500)
        self.assertIn("p.yaml:3:3: unknown key static_confgs", text)
        self.agent.process.send_signal(signal.SIGHUP)
        wait_until("the error is logged", lambda: "cannot reload the configuration" in self.agent.log_text(), self.agent.log_text)
        self.agent.write("a.log", "a2\n", "a")
        self.expect("a1", "a2")
        self.assertEqual(self.agent.metric("promtail_config_reload_fail_total"), 2)

    def test_sighup_reloads_and_the_path_is_there_only_if_it_is_allowed(self):
        self.agent.write("a.log", "a1\n", "a")
        self.agent.configure([], server="enable_runtime_reload: false")
        self.agent.start()
        self.assertEqual(self.agent.ask("/reload", "POST")[0], 404)
        self.agent.configure([self.files("a.log")], server="enable_runtime_reload: false")
        self.agent.process.send_signal(signal.SIGHUP)
        self.expect("a1")
        self.assertIsNone(self.agent.process.poll())


class Stdin(Base):
    def test_lines_are_pushed_and_the_agent_ends_with_them(self):
        self.agent.configure([self.files("none.log", env="x"), {**self.files("none.log"), "job_name": "second"}], server="log_level: info")
        done = subprocess.run([BINARY, "agent", f"-config.file={self.agent.path('p.yaml')}", "-stdin"], input="one\r\n\ntwo\nunended",
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.agent.log_text = lambda: done.stderr
        self.expect("one", "two", "unended", more=',env="x"')


class FileSd(Base):
    def tell(self, *names, name="t.json"):
        self.agent.write(name, json.dumps([{"targets": ["localhost"], "labels": {"job": self.job, "__path__": self.agent.path(n)}} for n in names]))

    def test_target_files_that_change(self):
        for name in ["a.log", "b.log", "c.log"]:
            self.agent.write(name, f"{name} 1\n", "a")
        self.tell("a.log")
        self.agent.configure([{"job_name": "sd", "file_sd_configs": [{"files": [self.agent.path("t*.json"), self.agent.path("*.yml")]}],
                               "relabel_configs": [{"source_labels": ["__meta_filepath"], "regex": ".*/(.*)", "target_label": "told_by"}]}])
        self.agent.start()
        self.expect("a.log 1")
        self.tell("b.log", name="t2.json")
        self.agent.write("more.yml", f"- targets: [localhost]\n  labels: {{job: {self.job}, __path__: {self.agent.path('c.log')}}}\n")
        self.expect("a.log 1", "b.log 1", "c.log 1")
        self.expect("c.log 1", more=',told_by="more.yml"')
        # Named no more: what is written there is nobody's, until it is named again.
        self.tell(name="t2.json")
        wait_until("b.log is left", lambda: "b.log" not in self.agent.ask("/targets")[1], self.agent.log_text)
        self.agent.write("b.log", "b.log 2\n", "a")
        self.tell("b.log", name="t2.json")
        self.expect("a.log 1", "b.log 1", "b.log 2", "c.log 1")


class Syslog(Base):
    def listen(self, rules=(), **more):
        port = free_port()
        usual = [{"source_labels": [f"__syslog_message_{name}"], "target_label": name} for name in ["app_name", "severity", "facility", "proc_id"]]
        self.agent.configure([{"job_name": "s", "relabel_configs": [*usual, *rules],
                               "syslog": {"listen_address": f"127.0.0.1:{port}", "labels": {"job": self.job}, **more}}])
        self.agent.start()
        return port

    def logger(self, port, *args, text="hello from logger"):
        subprocess.run(["logger", "-n", "127.0.0.1", "-P", str(port), "-t", "shop", "-p", "daemon.err", *args, text], check=True, timeout=30)

    def test_logger_over_tcp_by_lines_and_by_lengths(self):
        port = self.listen()
        self.logger(port, "--tcp", "--rfc5424")
        self.logger(port, "--tcp", "--rfc5424", "--octet-count", text="counted\nin two lines")
        self.expect("hello from logger", "counted\nin two lines", more=',app_name="shop",severity="error",facility="daemon"')
        self.assertEqual(self.agent.metric("promtail_syslog_target_entries_total"), 2)

    def test_logger_over_udp_as_rfc3164(self):
        port = self.listen(listen_protocol="udp", syslog_format="rfc3164")
        self.logger(port, "--udp", "--rfc3164", "--id=17")
        self.expect("hello from logger", more=',app_name="shop",proc_id="17"')

    def test_tls_wants_the_client_s_certificate(self):
        authority = Authority()
        self.addCleanup(authority.close)
        cert, key = authority.issue("here", "IP:127.0.0.1")
        port = self.listen(tls_config={"cert_file": cert, "key_file": key, "ca_file": authority.ca})
        own = authority.issue("client", "DNS:client.test")
        message = b"<11>1 2026-01-01T00:00:00Z h shop 1 - - by TLS\n"

        def send(*certificate):
            context = ssl.create_default_context(cafile=authority.ca)
            if certificate:
                context.load_cert_chain(*certificate)
            with socket.create_connection(("127.0.0.1", port), timeout=30) as plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as tls:
                tls.sendall(message)
                tls.settimeout(0.5)
                tls.recv(1)
        with self.assertRaises(OSError):
            send()
        try:
            send(*own)
        except TimeoutError:
            pass  # nothing is answered
        self.expect("by TLS")

    def send(self, port, data, wait_for_end=False):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as s:
            s.sendall(data)
            s.settimeout(20)
            return s.recv(1) if wait_for_end else None

    def test_times_structured_data_and_the_whole_message(self):
        rules = [{"source_labels": ["__syslog_message_sd_ex_32473_user"], "target_label": "user"},
                 {"source_labels": ["__syslog_connection_ip_address"], "target_label": "ip"}]
        port = self.listen(rules, use_incoming_timestamp=True, label_structured_data=True, use_rfc5424_message=True)
        stamp = int(time.time()) - 3600
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(stamp))
        whole = f'<14>1 {text}.250Z h shop 7 - [ex@32473 user="ann"] paid'
        self.send(port, whole.encode() + b"\n")
        self.expect(whole, more=',user="ann",ip="127.0.0.1"')
        self.assertEqual([t for t, _ in self.server.lines(f'{{job="{self.job}"}}')], [stamp * 10**9 + 250_000_000])

    def test_what_is_not_taken_is_counted_and_connections_are_bounded(self):
        port = self.listen(max_message_length=100, idle_timeout="300ms")
        self.send(port, b"<14>1 - h a - - - " + b"x" * 200 + b"\n<14>1 - h a - - - fine\nno message\n<14>1 - h a - - -\n")
        self.expect("fine")
        wait_until("all are counted", lambda: self.agent.metric("promtail_syslog_empty_messages_total") == 1, self.agent.log_text)
        self.assertEqual(self.agent.metric('logsvc_agent_received_dropped_total{reason="too_long"}'), 1)
        self.assertEqual(self.agent.metric("promtail_syslog_target_parsing_errors_total"), 1)
        self.assertEqual(self.send(port, b"<14>1 - h a - - - idle\n", wait_for_end=True), b"", "silent ones are closed")
        self.assertEqual(self.send(port, b"GET / HTTP/1.1\r\n\r\n", wait_for_end=True), b"")


class Gelf(Base):
    def test_datagrams_whole_and_in_chunks(self):
        port = free_port()
        rules = [{"source_labels": [f"__gelf_message_{name}"], "target_label": name} for name in ["level", "host"]]
        self.agent.configure([{"job_name": "g", "relabel_configs": rules, "gelf": {"listen_address": f"127.0.0.1:{port}", "labels": {"job": self.job}}}])
        self.agent.start()
        whole = json.dumps({"version": "1.1", "host": "shop-1", "short_message": "paid", "level": 3})
        packed = zlib.compress(whole.replace("paid", "packed").encode())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect(("127.0.0.1", port))
            s.send(whole.encode())
            for i in range(2):
                s.send(b"\x1e\x0fmessage1" + bytes([i, 2]) + packed[i * 40:(i + 1) * 40 if i == 0 else None])
            s.send(b"nonsense")
        self.expect(whole, whole.replace("paid", "packed"), more=',level="error",host="shop-1"')
        wait_until("the rest is counted", lambda: self.agent.metric("promtail_gelf_target_parsing_errors_total") == 1, self.agent.log_text)


@unittest.skipUnless(os.access(JOURNAL, os.X_OK) and shutil.which("journalctl"), "needs systemd-journal-remote")
class Journal(Base):
    def add(self, *messages):
        """Entries of the journal in the folder j; a message of None has no such field."""
        folder = self.agent.path("j/" + "0" * 32)
        os.makedirs(folder, exist_ok=True)
        self.count = getattr(self, "count", 0)
        text = ""
        for message in messages:
            self.count += 1
            text += f"__REALTIME_TIMESTAMP={int((time.time() - 60) * 1e6) + self.count}\n__MONOTONIC_TIMESTAMP={self.count}\n_BOOT_ID={'0' * 31}1\n"
            text += (f"MESSAGE={message}\n" if message is not None else "") + "PRIORITY=6\n\n"
        self.agent.write("entries", text)
        subprocess.run([JOURNAL, "-o", f"{folder}/system.journal", self.agent.path("entries")], check=True, capture_output=True, timeout=60)

    def last_cursor(self):
        out = subprocess.run(["journalctl", f"--directory={self.agent.path('j')}", "-o", "export", "-n1", "--no-pager"], check=True, capture_output=True, timeout=60)
        return next(line.split(b"=", 1)[1].decode() for line in out.stdout.splitlines() if line.startswith(b"__CURSOR"))

    def configure(self):
        self.agent.configure([{"job_name": "jx", "journal": {"path": self.agent.path("j"), "max_age": "12h", "labels": {"job": self.job}}}])

    def test_positions_of_promtail_both_ways(self):
        for key in ["cursor-jx", "journal-jx"]:
            with self.subTest(key=key):
                self.job = f"{self.id().rsplit('.', 1)[1]}_{key.replace('-', '_')}"
                self.add("before 1", "before 2")
                self.configure()
                self.agent.write("positions.yaml", f"positions:\n  {key}: {self.last_cursor()}\n")
                self.add("behind")
                self.agent.start()
                self.expect("behind")
                wait_until("its place is written", lambda: f'cursor-jx: "{self.last_cursor()}"' in open(self.agent.path("positions.yaml"), encoding="utf-8").read(), self.agent.log_text)
                self.assertNotIn("journal-jx", open(self.agent.path("positions.yaml"), encoding="utf-8").read())
                self.agent.close()
                self.agent = Promtail(self.server.port)
                self.addCleanup(self.agent.close)

    def test_empty_messages(self):
        self.add("one", "", None, "two")
        self.configure()
        self.agent.start()
        self.expect("", "one", "two")
        self.assertEqual(self.agent.metric('promtail_journal_target_parsing_errors_total{error="no_message"}'), 1)


class Flags(unittest.TestCase):
    FILE = "clients: [{url: 'http://127.0.0.1:1/loki/api/v1/push'}]\nscrape_configs: []\n"

    def run_agent(self, *flags):
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/p.yaml", "w", encoding="utf-8") as f:
                f.write(self.FILE)
            return subprocess.run([BINARY, "agent", f"-config.file={folder}/p.yaml", *flags], capture_output=True, text=True, timeout=60)

    def test_every_flag_of_promtail_is_taken_or_named(self):
        taken = ["-client.tenant-id=team", "-client.batch-wait=2s", "-client.timeout", "5s", "-client.url=http://127.0.0.1:2/x", "-server.disable",
                 "-server.http-listen-port", "0", "-positions.sync-period=3s", "-target.sync-period=1s", "-limit.readline-rate-enabled=true",
                 "-server.grpc-listen-port=0", "-server.grpc.keepalive.time=1h", "-server.register-instrumentation=false", "-log.level=debug",
                 "-log-config-reverse-order", "-max-line-size=1000", "--server.enable-runtime-reload"]
        done = self.run_agent(*taken, "--check-syntax")
        self.assertEqual(done.returncode, 0, done.stderr)
        for flag, value in [("client.timeout", "soon"), ("server.http-listen-port", "70000"), ("server.disable", "perhaps"), ("client.external-labels", "a")]:
            wrong = self.run_agent(f"-{flag}={value}", "--check-syntax")
            self.assertEqual(wrong.returncode, 78)
            self.assertIn(f"-{flag}: ", wrong.stderr)
        unknown = self.run_agent("-client.nonsense=1", "--check-syntax")
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("-client.nonsense is neither a flag of logsvc agent nor of Promtail", unknown.stderr)


if __name__ == "__main__":
    unittest.main()
