"""An authority of the test's own, made with openssl; its keys live as long as the test. A server that speaks TLS."""
import http.client
import socket
import ssl
import subprocess
import tempfile

from support import Server


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


class TlsServer(Server):
    """One `logsvc server` with TLS on both ports; `context` is what its clients believe."""

    def __init__(self, *args, context=None, **more):
        self.context = context or ssl._create_unverified_context()
        super().__init__(*args, **more)

    def request(self, method, path, body=None, headers=None, port=None, timeout=30):
        connection = http.client.HTTPSConnection("127.0.0.1", port or self.port, timeout=timeout, context=self.context)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace"), dict(answer.getheaders())
        finally:
            connection.close()

    def plain(self, port=None):
        return socket.create_connection(("127.0.0.1", port or self.port), timeout=60)

    def connect(self, port=None):
        # An end without close_notify is an error.
        return self.context.wrap_socket(self.plain(port), server_hostname="127.0.0.1", suppress_ragged_eofs=False)

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"
