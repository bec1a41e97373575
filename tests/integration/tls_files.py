"""An authority of the test's own, made with openssl; its keys live as long as the test."""
import subprocess
import tempfile


class Authority:
    def __init__(self, name="test authority"):
        self.dir = tempfile.TemporaryDirectory(prefix="logsvc-ca-")
        self.ca = self.path("ca.pem")
        self._openssl("req", "-x509", *self._new_key("ca"), "-out", self.ca, "-days", "2", "-subj", f"/CN={name}",
                      "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign")

    def path(self, name):
        return f"{self.dir.name}/{name}"

    def issue(self, name, alt, days=2):
        """(certificate, key) for subjectAltName `alt`; negative days: it has expired."""
        cert, key, request, extensions = (self.path(f"{name}.{end}") for end in ("pem", "key", "csr", "ext"))
        self._openssl("req", *self._new_key(name), "-out", request, "-subj", f"/CN={name}")
        with open(extensions, "w", encoding="utf-8") as f:
            f.write(f"subjectAltName={alt}\nbasicConstraints=CA:FALSE\n")
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.path("ca.key"), "-CAcreateserial", "-days", str(days),
                      "-extfile", extensions, "-out", cert)
        return cert, key

    def _new_key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.path(f"{name}.key")]

    def _openssl(self, *args):
        subprocess.run(["openssl", *args], check=True, capture_output=True)

    def close(self):
        self.dir.cleanup()
