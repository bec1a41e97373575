"""The agent's way to a server of others: TLS, credentials, tenants, proxies; what it says and keeps when that way is barred."""
import base64
import ssl
import unittest

from front import Front, ForwardProxy, SocksProxy, TokenServer
from support import Agent, Server, wait_until
from tls_files import Authority

PUSH = "/loki/api/v1/push"


class Delivery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--auth", "off")
        cls.addClassCleanup(cls.server.close)
        cls.authority = Authority()
        cls.addClassCleanup(cls.authority.close)
        cls.here = cls.authority.issue("here", "IP:127.0.0.1")

    def front(self, certificate=None, **more):
        front = Front(self.server.port, certificate, **more)
        self.addCleanup(lambda: front.stop())
        return front

    def agent(self, url, job=None, stages="[]", env=None, **client):
        # One job a test: the server is everybody's.
        agent = Agent([{"url": url, **client}], job or self.job(), stages, env)
        self.addCleanup(agent.close)
        return agent

    def job(self):
        return self.id().rsplit(".", 1)[1]

    def arrived(self, job=None):
        return [line for _, line in self.server.lines(f'{{job="{job or self.job()}"}}')]

    def expect(self, agent, *lines, job=None):
        wait_until(f"{lines} arrive", lambda: len(self.arrived(job)) >= len(lines), agent.log_text)
        self.assertEqual(self.arrived(job), list(lines))

    def https(self, front):
        return f"https://127.0.0.1:{front.port}{PUSH}"

    def http(self, front, user=""):
        return f"http://{user}127.0.0.1:{front.port}{PUSH}"


class Tls(Delivery):
    def test_an_authority_of_the_file(self):
        front = self.front(self.here)
        agent = self.agent(self.https(front), tls_config={"ca_file": self.authority.ca})
        agent.write("one", "two")
        self.expect(agent, "one", "two")
        self.assertEqual(front.names, [None] * len(front.names), "addresses are not told")

    def test_an_authority_in_the_text(self):
        front = self.front(self.here)
        with open(self.authority.ca, encoding="utf-8") as f:
            agent = self.agent(self.https(front), tls_config={"ca": f.read()})
        agent.write("one")
        self.expect(agent, "one")

    def test_an_unknown_authority_is_named_and_may_be_put_right(self):
        other = Authority("another authority")
        self.addCleanup(other.close)
        front = self.front(self.here)
        ca = other.path("trusted.pem")
        self.copy(other.ca, ca)
        agent = self.agent(self.https(front), tls_config={"ca_file": ca})
        agent.write("kept")
        agent.wait_for_log("the certificate of 127.0.0.1 is not trusted: unable to get local issuer certificate; give its authority as ca_file")
        self.assertEqual(self.arrived(), [])
        self.copy(self.authority.ca, ca)
        self.expect(agent, "kept")

    def copy(self, source, target):
        with open(source, encoding="utf-8") as f, open(target, "w", encoding="utf-8") as out:
            out.write(f.read())

    def test_an_expired_certificate_is_named_and_may_be_put_right(self):
        front = self.front(self.authority.issue("expired", "IP:127.0.0.1", days=-1))
        agent = self.agent(self.https(front), tls_config={"ca_file": self.authority.ca})
        agent.write("kept")
        agent.wait_for_log("the certificate of 127.0.0.1 has expired: it was valid until ")
        front.stop()
        front.start(self.here)
        self.expect(agent, "kept")
        agent.wait_for_log("the server takes lines again")

    def test_another_host_is_named_and_server_name_takes_it(self):
        front = self.front(self.authority.issue("loki", "DNS:loki.test,DNS:logs.test"))
        wrong = self.agent(self.https(front), tls_config={"ca_file": self.authority.ca})
        wrong.write("kept")
        wrong.wait_for_log("the certificate of 127.0.0.1 is not for this host but for DNS:loki.test, DNS:logs.test; if that is the server, set server_name")
        self.assertEqual(self.arrived(), [])
        wrong.close()
        right = self.agent(self.https(front), tls_config={"ca_file": self.authority.ca, "server_name": "logs.test"})
        right.write("one")
        self.expect(right, "one")
        self.assertIn("logs.test", front.names)
        self.assertEqual(front.pushes[0]["headers"]["Host"], f"127.0.0.1:{front.port}")

    def test_without_verification_any_certificate_does(self):
        front = self.front(self.authority.issue("expired", "DNS:elsewhere.test", days=-1))
        agent = self.agent(self.https(front), tls_config={"insecure_skip_verify": True})
        agent.write("one")
        self.expect(agent, "one")

    def test_a_client_certificate(self):
        front = self.front(self.here, client_ca=self.authority.ca)
        without = self.agent(self.https(front), tls_config={"ca_file": self.authority.ca})
        without.write("kept")
        without.wait_for_log("the server wants a client's certificate: give cert_file and key_file")
        self.assertEqual(self.arrived(), [])
        without.close()
        cert, key = self.authority.issue("agent", "DNS:agent.test")
        agent = self.agent(self.https(front), tls_config={"ca_file": self.authority.ca, "cert_file": cert, "key_file": key})
        agent.write("one")
        self.expect(agent, "one")
        self.assertIn(("commonName", "agent"), [pair for part in front.pushes[0]["peer"]["subject"] for pair in part])

    def test_versions_that_do_not_meet(self):
        front = self.front(self.here, max_version=ssl.TLSVersion.TLSv1_2)
        agent = self.agent(self.https(front), tls_config={"ca_file": self.authority.ca, "min_version": "TLS13"})
        agent.write("kept")
        agent.wait_for_log("TLS handshake with 127.0.0.1: ")
        self.assertIn("version", agent.log_text())
        self.assertEqual(self.arrived(), [])

    def test_a_server_without_tls_is_told_apart(self):
        agent = self.agent(self.https(self.front()), tls_config={"ca_file": self.authority.ca})
        agent.write("kept")
        agent.wait_for_log("the other side does not speak TLS; did you mean http://?")

    def test_a_file_that_is_no_certificate_stops_the_start(self):
        agent = self.agent("https://127.0.0.1:1" + PUSH, tls_config={"ca_file": "/dev/null"})
        self.assertNotEqual(agent.process.wait(timeout=30), 0)
        self.assertIn("/dev/null", agent.log_text())


class Credentials(Delivery):
    def wanting(self, authorization):
        return self.front(answer=lambda r: None if r.headers.get("Authorization") == authorization else (401, []))

    def basic(self, text):
        return "Basic " + base64.b64encode(text.encode()).decode()

    def secret_file(self, text):
        path = self.authority.path("secret-" + self.job())
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def test_basic_auth(self):
        front = self.wanting(self.basic("ann:p@ss: word"))
        agent = self.agent(self.http(front), basic_auth={"username": "ann", "password": "p@ss: word"})
        agent.write("one")
        self.expect(agent, "one")

    def test_a_password_in_the_url(self):
        front = self.wanting(self.basic("ann:p@ss"))
        agent = self.agent(self.http(front, "ann:p%40ss@"))
        agent.write("one")
        self.expect(agent, "one")
        self.assertNotIn("p%40ss", agent.log_text())

    def test_a_password_file_that_is_put_right(self):
        front = self.wanting(self.basic("ann:right"))
        password = self.secret_file("wrong\n")
        agent = self.agent(self.http(front), basic_auth={"username": "ann", "password_file": password})
        agent.write("kept", "too")
        agent.wait_for_log("401")
        self.assertEqual(self.arrived(), [])
        self.secret_file("right\n")
        self.expect(agent, "kept", "too")

    def test_a_password_file_that_is_not_there(self):
        front = self.wanting(self.basic("ann:right"))
        missing = self.authority.path("secret-" + self.job())
        agent = self.agent(self.http(front), basic_auth={"username": "ann", "password_file": missing})
        agent.write("kept")
        agent.wait_for_log(f"{missing}: cannot read the secret")
        self.secret_file("right\n")
        self.expect(agent, "kept")

    def test_a_bearer_token(self):
        agent = self.agent(self.http(self.wanting("Bearer abc.def")), bearer_token="abc.def")
        agent.write("one")
        self.expect(agent, "one")

    def test_a_bearer_token_file(self):
        agent = self.agent(self.http(self.wanting("Bearer abc.def")), bearer_token_file=self.secret_file("abc.def\n"))
        agent.write("one")
        self.expect(agent, "one")

    def test_an_authorization_block(self):
        block = {"type": "Token", "credentials_file": self.secret_file("t0k3n")}
        agent = self.agent(self.http(self.wanting("Token t0k3n")), authorization=block)
        agent.write("one")
        self.expect(agent, "one")

    def test_headers(self):
        front = self.front()
        agent = self.agent(self.http(front), headers={"X-Team": "tickets", "X-Other": "2"})
        agent.write("one")
        self.expect(agent, "one")
        headers = next(p["headers"] for p in front.pushes if p["path"] == PUSH)
        self.assertEqual((headers["X-Team"], headers["X-Other"], headers["User-Agent"], headers["Content-Type"]),
                         ("tickets", "2", "logsvc", "application/x-protobuf"))

    def test_a_tenant_among_the_headers(self):
        front = self.front()
        agent = self.agent(self.http(front), headers={"x-scope-orgid": "team-a", "Content-Type": "text/plain"})
        agent.write("one")
        self.expect(agent, "one")
        headers = next(p["headers"] for p in front.pushes if p["path"] == PUSH)
        self.assertEqual((headers.get_all("X-Scope-OrgID"), headers.get_all("Content-Type")), (["team-a"], ["application/x-protobuf"]))
        # One that is given otherwise wins.
        front = self.front()
        agent = self.agent(self.http(front), job=self.job() + "_own", tenant_id="own", headers={"X-Scope-OrgID": "team-a"})
        agent.write("one")
        self.expect(agent, "one", job=self.job() + "_own")
        self.assertEqual(next(p["headers"] for p in front.pushes if p["path"] == PUSH).get_all("X-Scope-OrgID"), ["own"])

    def tokens(self, **more):
        tokens = TokenServer(**more)
        self.addCleanup(tokens.close)
        return tokens

    def test_oauth2(self):
        for in_body in [False, True]:
            with self.subTest(in_body=in_body):
                tokens, front = self.tokens(in_body=in_body), self.front(answer=lambda r: None if r.headers["Authorization"] == "Bearer t1" else (403, ()))
                job = f"{self.job()}_{in_body}"
                secret = self.authority.path("secret")
                with open(secret, "w", encoding="utf-8") as f:
                    f.write("s3cret\n")
                block = {"client_id": "agent", "client_secret_file": secret, "token_url": tokens.url, "scopes": ["logs:write", "b"],
                         "endpoint_params": {"audience": "loki"}}
                agent = self.agent(self.http(front), job=job, oauth2=block)
                agent.write("one")
                self.expect(agent, "one", job=job)
                agent.write("two")
                self.expect(agent, "one", "two", job=job)
                self.assertEqual(len(tokens.forms), 1, "a token is kept until it expires")
                form = tokens.forms[0]
                self.assertEqual((form["grant_type"], form["scope"], form["audience"]), ("client_credentials", "logs:write b", "loki"))

    def test_a_token_that_is_refused_or_expires_is_asked_for_again(self):
        tokens = self.tokens(expires_in="1")  # less than it is kept before its end
        seen = []
        front = self.front(answer=lambda r: seen.append(r.headers["Authorization"]) or ((401, ()) if r.headers["Authorization"] in ("Bearer t1", None) else None))
        agent = self.agent(self.http(front), oauth2={"client_id": "agent", "client_secret": "s3cret", "token_url": tokens.url})
        agent.write("kept")
        self.expect(agent, "kept")
        self.assertIn("Bearer t1", seen)

    def test_no_token_is_said_and_lines_are_kept(self):
        tokens, front = self.tokens(), self.front()
        agent = self.agent(self.http(front), oauth2={"client_id": "agent", "client_secret": "wrong", "token_url": tokens.url})
        agent.write("kept")
        agent.wait_for_log("no token from " + tokens.url)
        self.assertEqual(self.arrived(), [])

    def test_tenants(self):
        front = self.front()
        stages = '[{regex: {expression: "for (?P<who>\\\\S+)"}}, {tenant: {source: who}}]'
        agent = self.agent(self.http(front), stages=stages, tenant_id="default")
        agent.write("for red", "for blue", "of nobody")
        self.expect(agent, "for red", "for blue", "of nobody")
        tenants = [p["headers"]["X-Scope-OrgID"] for p in front.pushes if p["path"] == PUSH]
        self.assertEqual(sorted(set(tenants)), ["blue", "default", "red"])

    def test_a_line_cannot_forge_headers(self):
        front = self.front()
        stages = '[{json: {expressions: {who: }}}, {tenant: {source: who}}]'
        agent = self.agent(self.http(front), stages=stages)
        line = '{"who":"red\\r\\nX-Forged: 1"}'
        agent.write(line)
        self.expect(agent, line)
        headers = next(p["headers"] for p in front.pushes if p["path"] == PUSH)
        self.assertEqual((headers["X-Scope-OrgID"], headers["X-Forged"]), ("redX-Forged: 1", None))


class Proxies(Delivery):
    def proxy(self, credentials=None):
        proxy = ForwardProxy(credentials)
        self.addCleanup(proxy.close)
        return proxy

    def test_a_tunnel_for_https(self):
        proxy = self.proxy("Basic " + base64.b64encode(b"ann:s3cret").decode())
        front = self.front(self.authority.issue("loki", "DNS:loki.test"))
        agent = self.agent(f"https://loki.test:{front.port}{PUSH}", proxy_url=f"http://ann:s3cret@127.0.0.1:{proxy.port}",
                           tls_config={"ca_file": self.authority.ca})
        agent.write("one")
        self.expect(agent, "one")
        self.assertEqual(set(proxy.requests), {f"CONNECT loki.test:{front.port}"})
        self.assertIsNone(front.pushes[0]["headers"]["Proxy-Authorization"], "that is between the agent and the proxy")

    def test_a_proxy_that_speaks_tls(self):
        here = self.authority.issue("proxy", "IP:127.0.0.1")
        proxy = ForwardProxy("Basic " + base64.b64encode(b"ann:s3cret").decode(), certificate=here)
        self.addCleanup(proxy.close)
        trusted = {"ca_file": self.authority.ca}
        url = f"https://ann:s3cret@127.0.0.1:{proxy.port}"
        secure = self.front(self.authority.issue("loki", "DNS:loki.test"))
        agent = self.agent(f"https://loki.test:{secure.port}{PUSH}", proxy_url=url, tls_config=trusted)
        agent.write("x" * 200_000)
        self.expect(agent, "x" * 200_000)
        plain = self.front()
        agent = self.agent(f"http://loki.test:{plain.port}{PUSH}", job=self.job() + "_plain", proxy_url=url, tls_config=trusted)
        agent.write("one")
        self.expect(agent, "one", job=self.job() + "_plain")

    def test_socks(self):
        proxy = SocksProxy(("ann", "s3cret"))
        self.addCleanup(proxy.close)
        secure, plain = self.front(self.authority.issue("loki", "DNS:loki.test")), self.front()
        for scheme, url in [("socks5", f"https://loki.test:{secure.port}{PUSH}"), ("socks5h", f"http://loki.test:{plain.port}{PUSH}")]:
            job = f"{self.job()}_{scheme}"
            agent = self.agent(url, job=job, proxy_url=f"{scheme}://ann:s3cret@127.0.0.1:{proxy.port}", tls_config={"ca_file": self.authority.ca})
            agent.write("one")
            self.expect(agent, "one", job=job)
        self.assertEqual(set(proxy.asked), {("loki.test", secure.port), ("loki.test", plain.port)})
        self.assertIn(PUSH, [p["path"] for p in plain.pushes], "no URL of a proxy's")

    def test_a_socks_proxy_that_refuses_is_named(self):
        proxy, front = SocksProxy(("ann", "other")), self.front()
        self.addCleanup(proxy.close)
        agent = self.agent(f"http://loki.test:{front.port}{PUSH}", proxy_url=f"socks5://ann:s3cret@127.0.0.1:{proxy.port}")
        agent.write("kept")
        agent.wait_for_log("the SOCKS proxy 127.0.0.1: user or password is wrong")
        proxy.credentials = ("ann", "s3cret")
        self.expect(agent, "kept")

    def test_an_absolute_url_for_http(self):
        proxy, front = self.proxy(), self.front()
        agent = self.agent(f"http://loki.test:{front.port}{PUSH}", proxy_url=f"http://127.0.0.1:{proxy.port}")
        agent.write("one")
        self.expect(agent, "one")
        self.assertIn(f"POST http://loki.test:{front.port}{PUSH}", proxy.requests)
        self.assertEqual(proxy.seen[0]["Host"], f"loki.test:{front.port}")

    def test_a_proxy_that_refuses_is_named_and_may_be_put_right(self):
        proxy, front = self.proxy("Basic other"), self.front(self.authority.issue("loki", "DNS:loki.test"))
        agent = self.agent(f"https://loki.test:{front.port}{PUSH}", proxy_url=f"http://127.0.0.1:{proxy.port}",
                           tls_config={"ca_file": self.authority.ca})
        agent.write("kept")
        agent.wait_for_log(f"the proxy 127.0.0.1:{proxy.port} answered 407 Proxy Authentication Required when asked for loki.test:{front.port}")
        proxy.credentials = None
        self.expect(agent, "kept")

    def test_lines_are_kept_when_a_proxy_wants_credentials_for_http(self):
        proxy, front = self.proxy("Basic other"), self.front()
        agent = self.agent(f"http://loki.test:{front.port}{PUSH}", proxy_url=f"http://127.0.0.1:{proxy.port}")
        agent.write("kept")
        agent.wait_for_log("407")
        proxy.credentials = None
        self.expect(agent, "kept")

    def test_the_environment(self):
        proxy, front = self.proxy(), self.front()
        env = {"HTTP_PROXY": f"127.0.0.1:{proxy.port}", "NO_PROXY": "other.test"}
        agent = self.agent(f"http://loki.test:{front.port}{PUSH}", proxy_from_environment=True, env=env)
        agent.write("one")
        self.expect(agent, "one")
        self.assertIn(f"POST http://loki.test:{front.port}{PUSH}", proxy.requests)

    def test_no_proxy(self):
        proxy, front = self.proxy(), self.front()
        env = {"HTTP_PROXY": f"http://127.0.0.1:{proxy.port}"}
        client = {"url": f"http://127.0.0.1:{front.port}{PUSH}", "name": "a", "proxy_url": f"http://127.0.0.1:{proxy.port}", "no_proxy": "10.0.0.0/8,127.0.0.0/8"}
        other = {"url": f"http://127.0.0.1:{front.port}{PUSH}?b", "name": "b", "proxy_from_environment": True}
        agent = Agent([client, other], self.job(), env=env)
        self.addCleanup(agent.close)
        agent.write("one")
        self.expect(agent, "one")
        wait_until("both clients pushed", lambda: {p["path"] for p in front.pushes if "push" in p["path"]} == {PUSH, PUSH + "?b"}, agent.log_text)
        self.assertEqual(proxy.requests, [])


class Redirections(Delivery):
    def test_a_moved_server_is_followed(self):
        target = self.front(self.here)
        moved = self.front(answer=lambda r: (308, [("Location", self.https(target) if "push" in r.path else "/")]))
        agent = self.agent(self.http(moved), tls_config={"ca_file": self.authority.ca}, basic_auth={"username": "a", "password": "b"})
        agent.write("one")
        self.expect(agent, "one")

    def test_a_login_page_is_no_success(self):
        here = {"status": 303}
        front = self.front(answer=lambda r: (here["status"], [("Location", "/login")]) if here["status"] else None)
        agent = self.agent(self.http(front))
        agent.write("kept")
        agent.wait_for_log("303")
        self.assertEqual(self.arrived(), [])
        here["status"] = None
        self.expect(agent, "kept")


if __name__ == "__main__":
    unittest.main()
