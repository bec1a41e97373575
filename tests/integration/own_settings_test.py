"""agent.yaml without a Promtail file: tried on lines of standard input, of files and of containers, checked, and run."""
import os
import subprocess
import sys
import tempfile
import unittest

from support import BINARY, Server, wait_until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench"))
from fake_docker import FakeDocker  # noqa: E402


class OwnSettings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def run_logsvc(self, *arguments, lines=""):
        done = subprocess.run([BINARY, *arguments], input=lines, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_lines_of_standard_input(self):
        code, out, _ = self.run_logsvc("agent", "--data-dir", self.folder, "--host-label", "h1", "--dry-run", "--stdin",
                                       lines='{"level":"error","message":"x"}\n\x1b[31mWARN\x1b[0m y\n')
        self.assertEqual(code, 0)
        self.assertEqual([line.split("\t")[1:] for line in out.splitlines()],
                         [['{host="h1", job="docker", level="error"}', '{"level":"error","message":"x"}'],
                          ['{host="h1", job="docker", level="warn"}', "WARN y"]])

    def test_what_decided_is_shown(self):
        _, out, _ = self.run_logsvc("agent", "--data-dir", self.folder, "--inspect", "--stdin",
                                    lines='{"severityText":"WARN","body":"x","date":"2026-01-01T00:00:00Z"}\n')
        self.assertIn('extracted.level_from: "severity_text"', out)
        self.assertIn('extracted.time_from: "arrival"', out)

    def test_files_of_the_settings(self):
        log = self.write("a.log", "ERROR secret\n")
        config = self.write("agent.yaml", f"files: [{{path: {log}, service: web}}]\n"
                            "stages: {before: [{replace: {expression: (secret), replace: '***'}}]}\n")
        code, out, _ = self.run_logsvc("agent", "--config", config, "--host-label", "h1", "--dry-run")
        self.assertEqual(code, 0)
        self.assertEqual(out.split("\t")[1:], [f'{{filename="{log}", host="h1", job="files", level="error", service="web"}}', "ERROR ***\n"])

    def test_lines_of_containers(self):
        docker = FakeDocker()
        docker.run("api", '{"level":"error","message":"x"}')
        docker.run("quiet", "y")
        config = self.write("agent.yaml", f"docker: tcp://127.0.0.1:{docker.port}\nexclude: [quiet]\nhost_label: h1\n")
        code, out, err = self.run_logsvc("agent", "--config", config, "--dry-run", "--docker")
        self.assertEqual(code, 0, err)
        self.assertIn("# container api\n", out)
        self.assertIn('{compose_project="bench", container="api", host="h1", job="docker", level="error", service="api", stream="stdout"}', out)
        self.assertIn("# container quiet is not read: left out by include or exclude", out)

    def test_faults_have_line_and_column(self):
        config = self.write("agent.yaml", "push: http://x:3100\nstages:\n  before:\n  - drp: {expression: x}\n  after:\n  - lables: {a: }\n")
        code, out, err = self.run_logsvc("validate", "--agent", config)
        self.assertEqual((code, out), (78, ""))
        self.assertIn(f"{config}:4:5: ", err)
        self.assertIn("did you mean drop", err)
        code, _, err = self.run_logsvc("agent", "--config", config, "--check-syntax")
        self.assertEqual(code, 78)

    def test_files_are_collected(self):
        server = Server("--auth", "off")
        self.addCleanup(server.close)
        log = self.write("a.log", "")
        config = self.write("agent.yaml", f"docker: none\npush: http://127.0.0.1:{server.port}\nhost_label: h1\n"
                            f"data_dir: {self.folder}/data\nfiles: [{{path: {log}, service: web}}]\n"
                            "stages: {after: [{match: {selector: '{level=\"debug\"}', action: drop}}]}\n")
        agent = subprocess.Popen([BINARY, "agent", "--config", config], stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (agent.terminate(), agent.wait()))
        with open(log, "a", encoding="utf-8") as f:
            f.write("DEBUG gone\nERROR here\n")
        wait_until("the line is there", lambda: [line for _, line in server.lines('{service="web", level="error"}')] == ["ERROR here"])
        self.assertEqual(len(server.lines('{service="web"}')), 1)


if __name__ == "__main__":
    unittest.main()
