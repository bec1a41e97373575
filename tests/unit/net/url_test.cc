#include "net/url.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <optional>

#include "net/proxy.h"

namespace logsvc::net {
namespace {

// Variables of the environment, put back at the end.
class Environment {
 public:
  explicit Environment(std::map<std::string, std::string> values) {
    for (const char* name :
         {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}) {
      const char* const before = std::getenv(name);
      before_[name] = before ? std::optional<std::string>(before) : std::nullopt;
      ::unsetenv(name);
    }
    for (const auto& [name, value] : values) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : before_) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
  }

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

std::string proxy(const std::string& url, const std::string& proxy_url, const std::string& no_proxy,
                  bool from_environment = false) {
  return proxy_for(*parse_url(url), proxy_url, no_proxy, from_environment);
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("a URL's user and password are decoded, and never shown") {
  const auto url = parse_url("https://a%40b:p%3aw%2@[::1]/push");
  REQUIRE(url.ok());
  CHECK(url->user == "a@b");
  CHECK(url->password == "p:w%2");
  CHECK(url->host == "::1");
  CHECK(url->port == 443);
  CHECK(url->path == "/push");
  for (const char* bad : {"http://u:secret@:80", "http://u:secret@h:0", "ftp://u:secret@h",
                          "http://u:secret@h:99999/x", "http://u:sec/secret@h/"}) {
    INFO(bad);
    REQUIRE(!parse_url(bad).ok());
    CHECK(parse_url(bad).error().message.find("secret") == std::string::npos);
  }
}

TEST_CASE("the parts of a URL") {
  const auto shown = [](std::string_view text) -> std::string {
    const auto url = parse_url(text);
    if (!url.ok()) return "none";
    return url->scheme + " " + url->user + " " + url->password + " " + url->host + " " +
           std::to_string(url->port) + " " + url->path;
  };
  CHECK(shown("http://loki") == "http   loki 80 ");
  CHECK(shown("HTTPS://loki:/") == "https   loki 443 /");
  CHECK(shown("http://u@loki:3100/a?b#c") == "http u  loki 3100 /a?b");
  CHECK(shown("http://loki?b=/@x:1") == "http   loki 80 /?b=/@x:1");
  CHECK(shown("http://loki#x@y") == "http   loki 80 ");
  CHECK(shown("http://a@b:c@d@loki/") == "http a@b c@d loki 80 /");
  CHECK(shown("http://[fe80::1%25eth0]:3100/") == "http   fe80::1%eth0 3100 /");
  for (const char* bad : {"",
                          "http:",
                          "http://",
                          "http:///x",
                          "loki:3100",
                          "//loki",
                          "http://::1/",
                          "http://[::1",
                          "http://[loki]/",
                          "http://loki:x/",
                          "http://loki:0/",
                          "http://loki:65536/",
                          "http://loki:-1/",
                          "http://lo ki/",
                          "http://loki/a b",
                          "http://loki/\r\nX: y",
                          "http://loki/\n",
                          "http://lo\tki/",
                          " http://loki/",
                          "socks5://loki/",
                          "http://u@/"}) {
    INFO(bad);
    CHECK(shown(bad) == "none");
  }
}

TEST_CASE("a proxy's URL") {
  CHECK(parse_proxy_url("socks5h://u:p@proxy")->port == 1080);
  CHECK(parse_proxy_url("https://proxy")->port == 443);
  CHECK(!parse_proxy_url("socks4://proxy").ok());
  CHECK(!parse_proxy_url("proxy:3128").ok());
}

TEST_CASE("how a server is named") {
  CHECK(origin_of(*parse_url("http://LOKI/x")) == "http://loki:80");
  CHECK(origin_of(*parse_url("https://u:p@[::1]:3100")) == "https://[::1]:3100");
  CHECK(host_header(*parse_url("https://loki:443")) == "loki");
  CHECK(host_header(*parse_url("http://loki:443")) == "loki:443");
  CHECK(host_header(*parse_url("http://[::1]:3100")) == "[::1]:3100");
}

TEST_CASE("where a redirection leads") {
  const auto to = [](std::string_view location) -> std::string {
    const Url from = *parse_url("http://u:p@loki:3100/a/b?q=/x/y");
    const auto url = resolve(from, location);
    if (!url.ok()) return "none";
    CHECK(url->user + url->password == "");
    return origin_of(*url) + url->path;
  };
  CHECK(to("https://other/x?y#z") == "https://other:443/x?y");
  CHECK(to("http://u:p@other/") == "http://other:80/");
  CHECK(to("//other:1/x") == "http://other:1/x");
  CHECK(to("/x") == "http://loki:3100/x");
  CHECK(to("x") == "http://loki:3100/a/x");
  CHECK(to("../x") == "http://loki:3100/a/../x");
  CHECK(to("?z=1") == "http://loki:3100/a/b?z=1");
  CHECK(to("x:1") == "none");
  for (const char* bad : {"", "#x", "ftp://loki/", "javascript:alert(1)", "/x\r\nHost: y", "/x\ny",
                          "http://", "///", "//a:b/"}) {
    INFO(bad);
    CHECK(to(bad) == "none");
  }
}

TEST_CASE("which host is asked through a proxy") {
  const Environment clean({});
  CHECK(proxy("http://loki/", "http://p:1", "") == "http://p:1");
  CHECK(proxy("http://127.0.0.1/", "http://p:1", "") == "http://p:1");
  CHECK(proxy("http://127.0.0.1/", "http://p:1", "other") == "");
  const auto without = [](const std::string& host, const std::string& no_proxy) {
    return proxy("https://" + host + "/", "http://p:1", no_proxy).empty();
  };
  CHECK(without("loki.test", "a, loki.test ,b"));
  CHECK(without("eu.loki.test", "loki.test"));
  CHECK(without("eu.loki.test", ".loki.test"));
  CHECK(without("eu.loki.test", "*.loki.test"));
  CHECK(!without("loki.test", ".loki.test"));
  CHECK(!without("myloki.test", "loki.test"));
  CHECK(without("loki.test:3100", "loki.test:3100"));
  CHECK(!without("loki.test:3101", "loki.test:3100"));
  CHECK(without("loki.test", "*"));
  CHECK(without("10.1.2.3", "10.0.0.0/8"));
  CHECK(!without("11.1.2.3", "10.0.0.0/8"));
  CHECK(without("10.1.2.3", "10.1.2.3"));
  CHECK(without("[fd00::5]", "fd00::/16"));
  CHECK(!without("[fe00::5]", "fd00::/16"));
  CHECK(!without("loki.test", "10.0.0.0/8"));
}

TEST_CASE("the proxy of the environment") {
  const Environment set(
      {{"HTTP_PROXY", "plain:3128"}, {"https_proxy", "http://tls:3128"}, {"NO_PROXY", ".test"}});
  CHECK(proxy("http://loki/", "", "", true) == "http://plain:3128");
  CHECK(proxy("https://loki/", "", "", true) == "http://tls:3128");
  CHECK(proxy("https://loki.test/", "", "", true) == "");
  CHECK(proxy("http://localhost/", "", "", true) == "");
  CHECK(proxy("http://loki/", "", "", false) == "");
}

TEST_SUITE_END();

}  // namespace logsvc::net
