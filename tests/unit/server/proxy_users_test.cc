#include "server/auth/proxy_users.h"

#include <doctest/doctest.h>

namespace logsvc::server {
namespace {

const ClientOrigin kOrigin(*parse_cidrs("10.0.0.5,2001:db8::/64"));

ProxyUsers users(const std::string& default_role = "") {
  ProxyRules rules{"Remote-User", "Remote-Groups", *RoleMap::parse("admin=ops,viewer=dev"), {}};
  rules.default_role = *RoleMap::parse_default(default_role);
  return ProxyUsers(std::move(rules));
}

http::Request from(const std::string& peer, const std::string& user,
                   const std::string& groups = "") {
  http::Request out;
  out.peer = peer;
  out.headers.add("remote-user", user);
  if (!groups.empty()) out.headers.add("Remote-Groups", groups);
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("proxy users: believed from trusted proxies alone") {
  CHECK(users().user_of(from("10.0.0.5", "kim", "dev"), kOrigin)->name == "kim");
  CHECK(users().user_of(from("::ffff:10.0.0.5", "kim"), kOrigin));
  CHECK(users().user_of(from("2001:db8::7", "kim"), kOrigin));
  CHECK_FALSE(users().user_of(from("10.0.0.6", "kim", "ops"), kOrigin));
  CHECK_FALSE(users().user_of(from("127.0.0.1", "kim"), kOrigin));
  http::Request forwarded = from("10.0.0.6", "kim");
  forwarded.headers.add("X-Forwarded-For", "10.0.0.5");
  CHECK_FALSE(users().user_of(forwarded, kOrigin));
}

TEST_CASE("proxy users: roles of their groups") {
  const auto role = [](const std::string& groups, const std::string& fallback = "") {
    return users(fallback).user_of(from("10.0.0.5", "kim", groups), kOrigin)->role;
  };
  CHECK(role("everybody, dev") == Role::kViewer);
  CHECK(role("dev,ops ,") == Role::kAdmin);
  CHECK_FALSE(role("everybody"));
  CHECK_FALSE(role(""));
  CHECK(role("everybody", "support") == Role::kSupport);
  CHECK(role("dev", "support") == Role::kViewer);
  http::Request twice = from("10.0.0.5", "kim", "ops");
  twice.headers.add("remote-groups", "dev");
  CHECK_FALSE(users().user_of(twice, kOrigin)->role);
}

TEST_CASE("proxy users: what is no name") {
  for (const std::string& name : {std::string(), std::string("  "), std::string(129, 'x'),
                                  std::string("a\x01"), std::string("\xff")}) {
    CHECK_FALSE(users().user_of(from("10.0.0.5", name), kOrigin));
  }
  CHECK(users().user_of(from("10.0.0.5", " kim lee "), kOrigin)->name == "kim lee");
  // One of them may be the client's own.
  http::Request twice = from("10.0.0.5", "kim");
  twice.headers.add("Remote-User", "admin");
  CHECK_FALSE(users().user_of(twice, kOrigin));
  CHECK_FALSE(users().user_of(http::Request(), kOrigin));
}

TEST_SUITE_END();

}  // namespace logsvc::server
