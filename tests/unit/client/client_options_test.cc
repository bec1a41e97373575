#include "client/client_options.h"

#include <doctest/doctest.h>

namespace logsvc::client {

TEST_SUITE_BEGIN("client");

TEST_CASE("addresses") {
  const auto plain = parse_address("http://user:p%40ss@loki:3100/base/");
  REQUIRE(plain.ok());
  CHECK(net::origin_of(*plain) == "http://loki:3100");
  CHECK(plain->path == "/base");
  CHECK(plain->user == "user");
  CHECK(plain->password == "p@ss");
  CHECK(net::origin_of(*parse_address("https://logs.example")) == "https://logs.example:443");
  CHECK(net::origin_of(*parse_address("localhost:3100")) == "http://localhost:3100");
  CHECK(net::origin_of(*parse_address("http://[::1]:3100")) == "http://[::1]:3100");
  for (const char* root : {"http://h", "h/", "h:80/loki/api/v1/push", "h/?x", "h//"}) {
    INFO(root);
    CHECK(parse_address(root)->path == "");
  }
  for (const char* bad : {"", "ftp://x", "http://", "http://h:0", "http://h:99999", "http://h:x"}) {
    INFO(bad);
    CHECK_FALSE(parse_address(bad).ok());
  }
}

TEST_CASE("who asks") {
  const auto authorization = [](const ClientOptions& options, const std::string& address) {
    const auto headers = own_headers(options, *parse_address(address));
    REQUIRE(headers.ok());
    return headers->empty() ? "" : headers->front().name + ": " + headers->front().value;
  };
  ClientOptions options;
  CHECK(authorization(options, "h") == "");
  CHECK(authorization(options, "u:p%40ss@h") == "Authorization: Basic dTpwQHNz");
  options.password = "secret";
  CHECK(authorization(options, "h") == "Authorization: Basic YWRtaW46c2VjcmV0");
  options.bearer_token = "t";
  options.auth_header = "X-Auth";
  CHECK(authorization(options, "u:p@h") == "X-Auth: Bearer t");
}

TEST_CASE("a proxy without a scheme is one of http") {
  ClientOptions options;
  CHECK(route_config(options).proxy_url == "");
  options.proxy_url = "proxy:3128";
  CHECK(route_config(options).proxy_url == "http://proxy:3128");
  options.proxy_url = "socks5://proxy";
  CHECK(route_config(options).proxy_url == "socks5://proxy");
}

TEST_SUITE_END();

}  // namespace logsvc::client
