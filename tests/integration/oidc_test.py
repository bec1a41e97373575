"""Logging in by a real OpenID provider: the flow, what it is bound to, and what goes wrong."""
import json
import subprocess
import tempfile
import unittest
import urllib.parse

from identity_provider import Browser, IdentityProvider
from support import BINARY, Server, free_port, wait_until

JSON = {"Content-Type": "application/json"}
ROLES = ("--oidc-role-claim", "groups", "--oidc-roles", "operator=ops,viewer=dev")


class World:
    """A server and the provider that it knows."""

    def __init__(self, *args, auth="password,oidc", algorithm="RS256", wrong=(), start=True):
        self.provider = IdentityProvider()
        self.server = Server("--auth", auth, "--oidc-issuer", self.provider.issuer, "--oidc-client-id", "logsvc", *args,
                             env={"LOGSVC_ADMIN_PASSWORD": "hunter2hunter2", "LOGSVC_OIDC_CLIENT_SECRET": IdentityProvider.SECRET})
        self.url = f"http://127.0.0.1:{self.server.ui_port}"
        if start:
            self.start_provider(algorithm, *wrong)

    def start_provider(self, algorithm="RS256", *wrong):
        self.provider.stop()
        self.provider.start(self.url + "/api/oidc/callback", algorithm, *wrong)

    def way_back(self, browser, name, to="/explore"):
        return browser.log_in_at_provider(f"{self.url}/api/oidc/login?return={urllib.parse.quote(to)}", name)

    def session(self, browser):
        return json.loads(browser.ask(self.url + "/api/session").text)

    def close(self):
        self.server.close()
        self.provider.stop()


class Logins(unittest.TestCase):
    def world(self, *args, **more):
        world = World(*args, **more)
        self.addCleanup(world.close)
        return world

    def assertRefused(self, page, status, words):
        self.assertEqual(page.status, status, page.text)
        self.assertIn(words, page.text)
        self.assertIn("no-store", page.header("Cache-Control")[0])
        self.assertFalse([c for c in page.header("Set-Cookie") if "session" in c])

    def test_there_and_back(self):
        for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
            with self.subTest(algorithm):
                world, browser = self.world(*ROLES, algorithm=algorithm), Browser()
                self.assertIn("oidc", world.session(browser)["methods"])
                way = world.way_back(browser, "ops-kim", "/explore?query=1")
                page = browser.ask(way)
                self.assertEqual((page.status, page.header("Location")), (303, ["/explore?query=1"]))
                self.assertEqual(page.header("Referrer-Policy"), ["no-referrer"])
                cookies = page.header("Set-Cookie")
                self.assertTrue(all("HttpOnly" in c for c in cookies), cookies)
                self.assertEqual(len([c for c in cookies if "SameSite=Strict" in c]), 1, cookies)
                session = world.session(browser)
                self.assertEqual((session["loggedIn"], session["user"], session["role"]), (True, "ops-kim@corp.example", "operator"))
                self.assertEqual(browser.ask(world.url + "/loki/api/v1/labels").status, 200)
                code = urllib.parse.parse_qs(urllib.parse.urlsplit(way).query)["code"][0]
                self.assertIn("logged in by the OpenID provider", world.server.log_text())
                for secret in (code, IdentityProvider.SECRET, *browser.cookies[f"127.0.0.1:{world.server.ui_port}"].values()):
                    self.assertNotIn(secret, world.server.log_text())
                world.server.stop()
                world.server.start()
                self.assertTrue(world.session(browser)["loggedIn"])

    def test_a_way_back_counts_once_and_in_its_own_browser(self):
        world, browser, other = self.world(*ROLES), Browser(), Browser()
        way = world.way_back(browser, "ops-kim")
        self.assertRefused(other.ask(way), 400, "another browser")
        other.ask(world.url + "/api/oidc/login")  # it has a cookie of its own now
        self.assertRefused(other.ask(way), 400, "another browser")
        self.assertFalse(world.session(other)["loggedIn"])
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(way).query))
        for state in ("", "x", query["state"][:-1] + ("A" if query["state"][-1] != "A" else "B"), "%"):
            forged = urllib.parse.urlencode({**query, "state": state})
            self.assertRefused(browser.ask(f"{world.url}/api/oidc/callback?{forged}"), 400, "not known")
        self.assertEqual(browser.ask(way).status, 303)
        self.assertRefused(browser.ask(way), 400, "done already")

    def test_a_code_that_was_used_and_one_of_another_login(self):
        world, browser = self.world(*ROLES), Browser()
        first, second = (dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(world.way_back(browser, "ops-kim")).query)) for _ in range(2))
        mixed = urllib.parse.urlencode({**second, "code": first["code"]})
        self.assertRefused(browser.ask(f"{world.url}/api/oidc/callback?{mixed}"), 403, "invalid_grant")
        self.assertFalse(world.session(browser)["loggedIn"])

    def test_tokens_that_say_something_wrong(self):
        for wrong, words in (("nonce=x", "(nonce)"), ("sub=", "(sub)"), ("azp=other", "(azp)")):
            with self.subTest(wrong):
                world, browser = self.world(*ROLES, algorithm="ES256", wrong=(wrong,)), Browser()
                self.assertRefused(browser.ask(world.way_back(browser, "ops-kim")), 403, words)
                self.assertFalse(world.session(browser)["loggedIn"])

    def test_the_provider_changes_its_key(self):
        world, browser = self.world(*ROLES), Browser()
        self.assertEqual(browser.ask(world.way_back(browser, "ops-kim")).status, 303)
        world.start_provider("ES256")
        other = Browser()
        self.assertEqual(other.ask(world.way_back(other, "dev-lee")).status, 303)
        self.assertEqual(world.session(other)["role"], "viewer")

    def test_who_has_no_role_and_who_has_another_here(self):
        world, browser = self.world(*ROLES), Browser()
        self.assertRefused(browser.ask(world.way_back(browser, "nobody-kim")), 403, "nobody-kim@corp.example, who has no role here")
        run = lambda *args: subprocess.run([BINARY, "user", *args, "--data-dir", world.server.data_dir, "--password-stdin"],
                                           input="a password of hers\n", text=True, check=True, capture_output=True)
        run("add", "dev-lee@corp.example", "--role", "admin")
        lee = Browser()
        self.assertEqual(lee.ask(world.way_back(lee, "dev-lee")).status, 303)
        wait_until("the role here counts", lambda: world.session(lee)["role"] == "admin")
        unverified = Browser()
        self.assertEqual(unverified.ask(world.way_back(unverified, "dev-unverified")).status, 303)
        self.assertEqual(world.session(unverified)["user"], "oidc:dev-unverified")

    def test_only_some_domains(self):
        world = self.world(*ROLES, "--oidc-allowed-domains", "other.example")
        browser = Browser()
        self.assertRefused(browser.ask(world.way_back(browser, "ops-kim")), 403, "oidc-allowed-domains")

    def test_logging_out_ends_this_session(self):
        world, browser, other = self.world(*ROLES), Browser(), Browser()
        for one in (browser, other):
            self.assertEqual(one.ask(world.way_back(one, "ops-kim")).status, 303)
        browser.ask(world.url + "/api/logout", {})
        self.assertFalse(world.session(browser)["loggedIn"])
        self.assertTrue(world.session(other)["loggedIn"])

    def test_a_provider_that_is_down(self):
        world, browser = self.world(*ROLES, start=False), Browser()
        page = browser.ask(world.url + "/api/oidc/login")
        self.assertRefused(page, 503, "cannot reach the provider localhost")
        self.assertIn("log in with a password", page.text)
        self.assertIn("cannot reach the provider", world.server.log_text())
        status = world.server.request("POST", "/api/login", json.dumps({"password": "hunter2hunter2"}), JSON)[0]
        self.assertEqual(status, 200)

    def test_no_password_where_only_the_provider_is_asked(self):
        world, browser = self.world(*ROLES, auth="oidc"), Browser()
        self.assertEqual(world.session(browser)["methods"], ["oidc"])
        self.assertEqual(world.server.request("POST", "/api/login", json.dumps({"password": "hunter2hunter2"}), JSON)[0], 401)
        basic = {"Authorization": "Basic YWRtaW46aHVudGVyMmh1bnRlcjI="}  # admin:hunter2hunter2
        self.assertEqual(world.server.request("GET", "/loki/api/v1/labels", headers=basic)[0], 401)
        self.assertEqual(browser.ask(world.way_back(browser, "ops-kim")).status, 303)
        self.assertTrue(world.session(browser)["loggedIn"])

    def test_paths_of_others_are_not_gone_to(self):
        world = self.world(*ROLES)
        for path in ("//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"):
            browser = Browser()
            self.assertEqual(browser.ask(world.way_back(browser, "ops-kim", path)).header("Location"), ["/"], path)


class Settings(unittest.TestCase):
    def test_bad_settings_are_refused_with_their_name(self):
        good = {"--auth": "oidc", "--oidc-issuer": "https://id.example", "--oidc-client-id": "x"}
        with tempfile.TemporaryDirectory() as folder:
            for key, value in (("--oidc-issuer", ""), ("--oidc-issuer", "http://id.example"), ("--oidc-issuer", "id.example"),
                               ("--oidc-client-id", ""), ("--oidc-client-secret-file", folder + "/none"), ("--oidc-scopes", "email"),
                               ("--oidc-redirect-url", "https://logs.example/"), ("--oidc-roles", "root=ops"), ("--oidc-roles", "admin=ops"),
                               ("--oidc-default-role", "root"), ("--oidc-allowed-domains", "kim@corp.example"), ("--oidc-ca", folder + "/none"),
                               ("--auth", "oidc,ldap"), ("--auth", "off,oidc"), ("--auth", "")):
                with self.subTest(key, value=value):
                    given = {**good, key: value}
                    command = [BINARY, "server", "--data-dir", folder, "--listen", f"127.0.0.1:{free_port()}", "--ui-listen",
                               f"127.0.0.1:{free_port()}", *(word for pair in given.items() for word in pair)]
                    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
                    self.assertEqual(done.returncode, 78, done.stderr)
                    self.assertIn(key, done.stderr)


if __name__ == "__main__":
    unittest.main()
