"""Small C files that are put before libc (shims/*.c), and what a power cut leaves of a directory."""
import os
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


def build(name):
    """(directory that lives as long as the caller keeps it, path of the library)."""
    if os.environ.get("LOGSVC_SANITIZE"):
        raise unittest.SkipTest("a sanitizer has to be the first library")
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise unittest.SkipTest("there is no C compiler")
    made = tempfile.TemporaryDirectory(prefix="logsvc-shim-")
    library = f"{made.name}/{name}.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, f"{HERE}/shims/{name}.c", "-ldl"], check=True)
    return made, library


class Disk:
    """A disk under `root` that fails when told to and knows what was synced."""

    def __init__(self, root):
        self.made, library = build("disk")
        self.root, self.shadow, self.faults = root, self.made.name + "/shadow", self.made.name + "/faults"
        os.makedirs(root, exist_ok=True)
        self.forget()
        self.env = {"LD_PRELOAD": library, "DISK_SHIM_ROOT": root, "DISK_SHIM_FAULTS": self.faults,
                    "DISK_SHIM_SHADOW": self.shadow}

    def fail(self, call=None, number=0, part=""):
        """From now on the call fails with the number where `part` is in the path; without a call all is well again."""
        with open(self.faults + ".new", "w", encoding="utf-8") as f:
            f.write(f"{call} {number} {part}\n" if call else "")
        os.rename(self.faults + ".new", self.faults)

    def forget(self):
        shutil.rmtree(self.shadow, ignore_errors=True)
        os.makedirs(self.shadow + "/files")
        os.makedirs(self.shadow + "/dirs")

    def cut_power(self):
        """Leaves of the directory what was synced. The process has to be dead."""
        after = self.root + ".after"
        self._put_together(self.root, after)
        shutil.rmtree(self.root)
        os.rename(after, self.root)
        self.forget()

    @staticmethod
    def _id_of(path):
        inode, birth = subprocess.run(["stat", "-c", "%i %.9W", path], check=True, capture_output=True, text=True).stdout.split()
        seconds, ns = birth.split(".")
        return f"{inode}-{seconds}-{int(ns)}"

    def _put_together(self, path, to):
        self._directory(self._id_of(path), to)

    def _directory(self, number, to):
        os.makedirs(to)
        names = f"{self.shadow}/dirs/{number}"
        if not os.path.exists(names):
            return
        with open(names, encoding="utf-8") as f:
            for line in f.read().splitlines():
                child, name = line.split(" ", 1)
                if name.endswith("/"):
                    self._directory(child, f"{to}/{name[:-1]}")
                    continue
                kept = f"{self.shadow}/files/{child}"
                if os.path.exists(kept):
                    shutil.copyfile(kept, f"{to}/{name}")
                else:
                    open(f"{to}/{name}", "wb").close()

    def close(self):
        self.made.cleanup()
