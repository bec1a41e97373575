#include "base/host_port.h"

#include <doctest/doctest.h>

namespace logsvc {

TEST_SUITE_BEGIN("base");

TEST_CASE("a host and a port") {
  const auto shown = [](std::string_view text) -> std::string {
    const auto parts = parse_host_port(text);
    if (!parts) return "none";
    return parts->host + " " + (parts->port ? std::to_string(*parts->port) : "-");
  };
  CHECK(shown("loki") == "loki -");
  CHECK(shown("loki:") == "loki -");
  CHECK(shown("loki:3100") == "loki 3100");
  CHECK(shown(":0") == " 0");
  CHECK(shown("10.0.0.1:65535") == "10.0.0.1 65535");
  CHECK(shown("[::1]") == "::1 -");
  CHECK(shown("[::1]:3100") == "::1 3100");
  CHECK(shown("[fe80::1%eth0]:3100") == "fe80::1%eth0 3100");
  for (const char* bad : {"::1", "::1:3100", "[::1", "::1]", "[loki]:80",     "[]:80",    "[::1]80",
                          "a:b", "a:65536",  "a:-1", "a:+1", "a: 1",          "a:1 ",     "a b",
                          "a@b", "a/b",      "a#b",  "a\nb", "a:99999999999", "[::1%a\n]"}) {
    INFO(bad);
    CHECK(shown(bad) == "none");
  }
}

TEST_CASE("an address of IPv6 is written in brackets before its port") {
  CHECK(join_host_port("::1", 80) == "[::1]:80");
  CHECK(join_host_port("loki", 80) == "loki:80");
  CHECK(bracketed_host("::1") == "[::1]");
  CHECK(is_ip_address("::1"));
  CHECK(is_ip_address("10.0.0.1"));
  CHECK(!is_ip_address("loki"));
  CHECK(!is_ip_address("[::1]"));
}

TEST_SUITE_END();

}  // namespace logsvc
