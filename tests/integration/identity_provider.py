"""A real OpenID provider (npm's oidc-provider, see tests/e2e/oidc_provider.mjs) and a browser that follows it."""
import http.client
import os
import re
import subprocess
import urllib.parse

from support import free_port

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
START = """
. scripts/node_env && use_node && cd tests/e2e
[ -e node_modules/oidc-provider ] || npm ci --no-audit --no-fund >&2
exec node oidc_provider.mjs "$@"
"""


class IdentityProvider:
    SECRET = "a secret: of + the client"

    def __init__(self):
        self.port = free_port()
        self.issuer = f"http://localhost:{self.port}"
        self.process = None

    def start(self, redirect_url, algorithm="RS256", *wrong):
        """wrong: "claim=value" that every ID token has instead of the right one."""
        self.process = subprocess.Popen(["bash", "-c", START, "node", str(self.port), redirect_url, algorithm, *wrong],
                                        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if b"ready" not in self.process.stdout.readline():
            raise AssertionError("the provider does not start")
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process.stdout.close()
            self.process = None


class Page:
    def __init__(self, url, status, headers, text):
        self.url, self.status, self.headers, self.text = url, status, headers, text

    def header(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Browser:
    """Keeps cookies by origin and goes where it is sent."""

    def __init__(self):
        self.cookies = {}

    def ask(self, url, form=None, headers=None):
        parts = urllib.parse.urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        try:
            more = {"Cookie": "; ".join(f"{k}={v}" for k, v in jar.items())} if jar else {}
            if form is not None:
                more["Content-Type"] = "application/x-www-form-urlencoded"
            path = parts.path + ("?" + parts.query if parts.query else "")
            connection.request("POST" if form is not None else "GET", path,
                               urllib.parse.urlencode(form) if form is not None else None, {**more, **(headers or {})})
            answer = connection.getresponse()
            page = Page(url, answer.status, answer.getheaders(), answer.read().decode())
        finally:
            connection.close()
        for cookie in page.header("Set-Cookie"):
            name, value = cookie.split(";")[0].split("=", 1)
            jar[name] = value
            if not value or "max-age=0" in cookie.lower().replace(" ", "") or "1970" in cookie:
                del jar[name]
        return page

    def go(self, url, form=None, until=None):
        """The page that it comes to; with `until`, the first URL that has it, which is not asked for."""
        for _ in range(20):
            page = self.ask(url, form)
            if page.status not in (302, 303):
                return page
            url, form = urllib.parse.urljoin(url, page.header("Location")[0]), None
            if until and until in url:
                return url
        raise AssertionError("redirected without end")

    def log_in_at_provider(self, login_url, name):
        """Begins at the server's login URL; returns the URL of the way back."""
        page = self.go(login_url, until="/api/oidc/callback")
        for _ in range(3):  # the login, then what may be told of the user
            if isinstance(page, str):
                return page
            action = re.search(r'action="([^"]+)"', page.text)
            if not action:
                raise AssertionError(f"{page.status} {page.text}")
            prompt = re.search(r'name="prompt" value="(\w+)"', page.text).group(1)
            form = {"prompt": prompt, **({"login": name, "password": "x"} if prompt == "login" else {})}
            page = self.go(urllib.parse.urljoin(page.url, action.group(1)), form, until="/api/oidc/callback")
        return page
