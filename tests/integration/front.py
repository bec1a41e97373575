"""What stands between an agent and a server: a front (TLS, credentials, redirections) and a forward proxy."""
import base64
import http.client
import http.server
import json
import socket
import ssl
import threading
import urllib.parse


class _Threads(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        pass  # a refused handshake is what some tests want


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if status != 204 else b"")

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def forward(self, port, body, path=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(self.command, path or self.path, body, {k: v for k, v in self.headers.items() if k.lower() != "connection"})
            answer = connection.getresponse()
            self.reply(answer.status, answer.read())
        finally:
            connection.close()


class Front:
    """Passes requests to the server behind it. `answer`, if set, gives (status, headers) instead, or None to pass."""

    def __init__(self, server_port, certificate=None, client_ca=None, answer=None, max_version=None):
        self.server_port, self.client_ca, self.max_version = server_port, client_ca, max_version
        self.answer = answer or (lambda request: None)
        self.pushes = []  # headers, and what TLS knows of the client, of each push that was passed on
        self.names = []  # asked for in handshakes
        self.port = None
        self.start(certificate)

    def start(self, certificate):
        """certificate: (file, key); None: plain HTTP. Again on the same port after stop()."""
        front = self

        class Handler(_Handler):
            def do_POST(self):
                body = self.passed_body = self.body()
                instead = front.answer(self)
                if instead:
                    return self.reply(instead[0], b"", instead[1])
                peer = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
                front.pushes.append({"headers": self.headers, "peer": peer, "path": self.path})
                return self.forward(front.server_port, body)
            do_GET = do_POST

        self.http = _Threads(("127.0.0.1", self.port or 0), Handler)
        self.port = self.http.server_port
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            if self.max_version:
                context.maximum_version = self.max_version
            if self.client_ca:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(self.client_ca)
            context.sni_callback = lambda _socket, name, _context: self.names.append(name)
            # The handshake is the handler's thread's: one that hangs holds up nobody.
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()


class ForwardProxy:
    """An HTTP proxy: tunnels, and absolute URLs. Every name is 127.0.0.1 to it. `credentials`: the header that it wants;
    `certificate`: (file, key), it speaks TLS."""

    def __init__(self, credentials=None, certificate=None):
        self.credentials = credentials
        self.requests = []  # "CONNECT host:port", "POST http://…"
        self.seen = []  # headers
        proxy = self

        class Handler(_Handler):
            def allowed(self):
                proxy.requests.append(f"{self.command} {self.path}")
                proxy.seen.append(self.headers)
                return proxy.credentials is None or self.headers.get("Proxy-Authorization") == proxy.credentials

            def do_CONNECT(self):
                if not self.allowed():
                    return self.reply(407)
                with socket.create_connection(("127.0.0.1", int(self.path.rsplit(":", 1)[1])), timeout=30) as out:
                    self.send_response(200)
                    self.end_headers()
                    other = threading.Thread(target=pump, args=(out, self.connection), daemon=True)
                    other.start()
                    pump(self.connection, out)
                    other.join()
                self.close_connection = True
                return None

            def do_POST(self):
                body = self.body()
                if not self.allowed():
                    return self.reply(407)
                rest = self.path.removeprefix("http://")
                authority, path = rest.split("/", 1)
                return self.forward(int(authority.rsplit(":", 1)[1]), body, "/" + path)
            do_GET = do_POST

        self.http = _Threads(("127.0.0.1", 0), Handler)
        self.port = self.http.server_port
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


class RawServer:
    """Hands each connection to a function on a thread of its own."""

    def __init__(self, serve):
        self.serve, self.connections = serve, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            self.serve(client)
        except OSError:
            pass

    def close(self):
        self.socket.close()
        for client in self.connections:
            client.close()


class SocksProxy(RawServer):
    """SOCKS 5; every name is 127.0.0.1 to it. `credentials`: (user, password) that it wants."""

    def __init__(self, credentials=None):
        self.credentials = credentials
        self.asked = []  # (name or address, port)
        super().__init__(self._tunnel)

    def _tunnel(self, client):
        with client, client.makefile("rb") as read:
            methods = read.read(read.read(2)[1])
            wanted = 2 if self.credentials else 0
            if wanted not in methods:
                return client.sendall(b"\x05\xff")
            client.sendall(bytes([5, wanted]))
            if wanted:
                read.read(1)
                given = tuple(read.read(read.read(1)[0]).decode() for _ in range(2))
                client.sendall(b"\x01" + (b"\0" if given == self.credentials else b"\1"))
                if given != self.credentials:
                    return None
            kind = read.read(4)[3]
            host = socket.inet_ntoa(read.read(4)) if kind == 1 else read.read(read.read(1)[0]).decode()
            port = int.from_bytes(read.read(2), "big")
            self.asked.append((host, port))
            with socket.create_connection(("127.0.0.1", port), timeout=30) as out:
                client.sendall(b"\x05\0\0\x01" + b"\0" * 6)
                other = threading.Thread(target=pump, args=(out, client), daemon=True)
                other.start()
                pump(client, out)
                other.join()
        return None


class TokenServer:
    """Gives tokens of OAuth 2: "t1", "t2", …. `in_body`: wants the client's secret there, not in a header."""

    def __init__(self, secret=("agent", "s3cret"), in_body=False, expires_in=3600):
        self.forms = []
        tokens = self

        class Handler(_Handler):
            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.body().decode()))
                header = "Basic " + base64.b64encode(":".join(secret).encode()).decode()
                known = (form.get("client_id"), form.get("client_secret")) == secret if in_body else self.headers.get("Authorization") == header
                if not known:
                    return self.reply(401, b'{"error": "invalid_client"}')
                tokens.forms.append(form)
                answer = {"access_token": f"t{len(tokens.forms)}", "token_type": "bearer", "expires_in": expires_in}
                return self.reply(200, json.dumps(answer).encode())

        self.http = _Threads(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/token"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
