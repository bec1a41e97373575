"""Users whom a trusted proxy names in a header: from nobody else, and with the gate still in front."""
import http.client
import json
import subprocess
import unittest

from support import BINARY, Server

KIM = {"Remote-User": "kim", "Remote-Groups": "everybody, dev"}
PROXY = ("--auth-proxy-groups", "Remote-Groups", "--auth-proxy-roles", "admin=ops,viewer=dev")


class ProxyUsers(unittest.TestCase):
    def server(self, *args):
        server = Server("--auth", "password,proxy", *PROXY, *args, env={"LOGSVC_ADMIN_PASSWORD": "hunter2hunter2"})
        self.addCleanup(server.close)
        return server

    def labels(self, server, headers):
        return server.request("GET", "/loki/api/v1/labels", headers=headers)[0]

    def session(self, server, headers):
        return json.loads(server.request("GET", "/api/session", headers=headers)[1])

    def test_a_trusted_proxy_names_the_user(self):
        server = self.server()
        self.assertEqual(self.labels(server, {}), 401)
        self.assertEqual(self.labels(server, KIM), 200)
        session = self.session(server, KIM)
        self.assertEqual((session["user"], session["role"], session["how"]), ("kim", "viewer", "proxy"))
        self.assertEqual(session["methods"], ["password", "proxy"])
        self.assertEqual(self.session(server, {**KIM, "Remote-Groups": "dev,ops"})["role"], "admin")
        self.assertEqual(server.request("POST", "/flush", headers=KIM)[0], 403)  # a viewer may not
        self.assertEqual(self.labels(server, {"Remote-User": "lee", "Remote-Groups": "everybody"}), 403)
        self.assertEqual(self.labels(server, {"Remote-User": "lee"}), 403)
        self.assertEqual(self.labels(server, {"Remote-Groups": "ops"}), 401)
        for name in ("", "x" * 129):
            self.assertEqual(self.labels(server, {**KIM, "Remote-User": name}), 401)

    def test_nobody_else_does(self):
        server = self.server("--trusted-proxies", "192.0.2.0/24")
        for headers in (KIM, {**KIM, "X-Forwarded-For": "192.0.2.1"}, {**KIM, "Forwarded": "for=192.0.2.1"}):
            self.assertEqual(self.labels(server, headers), 401)
            self.assertFalse(self.session(server, headers)["loggedIn"])
        # Nor is it an error: who has a password gets in with or without it.
        basic = {**KIM, "Authorization": "Basic YWRtaW46aHVudGVyMmh1bnRlcjI="}
        self.assertEqual(self.session(server, basic)["user"], "admin")

    def test_a_second_header_makes_both_worthless(self):
        server = self.server()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.addCleanup(connection.close)
        connection.putrequest("GET", "/loki/api/v1/labels")
        connection.putheader("Remote-User", "admin")
        connection.putheader("remote-user", "kim")
        connection.putheader("Remote-Groups", "ops")
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 401)

    def test_the_role_here_counts_more(self):
        server = self.server()
        subprocess.run([BINARY, "user", "add", "kim", "--role", "operator", "--data-dir", server.data_dir, "--password-stdin"],
                       input="a password of his\n", text=True, check=True, capture_output=True)
        server.stop()
        server.start()
        self.assertEqual(self.session(server, KIM)["role"], "operator")

    def test_pages_of_others_still_change_nothing(self):
        server = self.server()
        ops = {**KIM, "Remote-Groups": "ops"}
        self.assertEqual(server.request("POST", "/flush", headers=ops)[0], 204)
        for line in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            self.assertEqual(server.request("POST", "/flush", headers={**ops, **line})[0], 403)

    def test_without_the_method_the_header_means_nothing(self):
        server = Server("--auth", "password")
        self.addCleanup(server.close)
        self.assertEqual(self.labels(server, KIM), 401)


if __name__ == "__main__":
    unittest.main()
