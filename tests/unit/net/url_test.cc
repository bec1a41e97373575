#include "net/url.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <optional>

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
  CHECK(parse_url("http://u:secret@:80").error().message.find("secret") == std::string::npos);
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
