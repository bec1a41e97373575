#include "server/auth/oidc/identity.h"

#include <doctest/doctest.h>

namespace logsvc::server::oidc {
namespace {

IdentityRules rules(const std::string& role_claim, const std::string& map) {
  IdentityRules out;
  out.role_claim = role_claim;
  out.roles = *RoleMap::parse(map);
  return out;
}

std::string name_by(const Json& claims, const std::string& claim) {
  IdentityRules how;
  how.name_claim = claim;
  const auto found = identify(claims, how);
  return found.ok() ? found->name : "refused";
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("role maps: the highest role of somebody's groups") {
  const auto map = RoleMap::parse(" admin=ops, viewer=dev,viewer=qa,support = dev ,operator=a=b,");
  REQUIRE(map.ok());
  CHECK(map->of({"qa"}) == Role::kViewer);
  CHECK(map->of({"x", "dev"}) == Role::kViewer);
  CHECK(map->of({"dev", "ops"}) == Role::kAdmin);
  CHECK(map->of({"a=b"}) == Role::kOperator);
  CHECK_FALSE(map->of({"OPS", ""}));
  CHECK_FALSE(map->of({}));
  CHECK(RoleMap::parse("")->empty());
  for (const char* bad : {"ops", "root=ops", "nobody=ops", "=ops", "admin=", "viewer=a,x"}) {
    CAPTURE(bad);
    CHECK_FALSE(RoleMap::parse(bad).ok());
  }
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "viewer=g" + std::to_string(i) + ",";
  CHECK_FALSE(RoleMap::parse(many).ok());
  CHECK_FALSE(RoleMap::parse_default("root").ok());
  CHECK_FALSE(RoleMap::parse_default("")->has_value());
  CHECK(*RoleMap::parse_default("support") == Role::kSupport);
}

TEST_CASE("identities: the name is a verified email, else what follows") {
  const Json claims = {{"sub", "s-1"},
                       {"email", "kim@corp.example"},
                       {"preferred_username", "kim"},
                       {"n", {{"a", "deep"}}}};
  CHECK(name_by(claims, "") == "kim@corp.example");
  CHECK(name_by(claims, "preferred_username") == "kim");
  CHECK(name_by(claims, "n.a") == "deep");
  CHECK(name_by(claims, "n") == "refused");
  CHECK(name_by(claims, "missing") == "refused");
  CHECK(name_by({{"sub", "s-1"}}, "") == "s-1");
  Json denied = claims;
  denied["email_verified"] = false;
  CHECK(name_by(denied, "") == "oidc:kim");
  CHECK(name_by(denied, "email") == "refused");
  denied["email_verified"] = "false";
  CHECK(name_by(denied, "email") == "refused");
  denied["email_verified"] = "true";
  CHECK(name_by(denied, "email") == "kim@corp.example");
  for (const std::string& name :
       {std::string("a\nb"), std::string(129, 'x'), std::string("a\x7f")}) {
    CHECK(name_by({{"sub", "s-1"}, {"email", name}}, "") == "refused");
  }
}

TEST_CASE("identities: roles by a path of the claims, text or list") {
  const Json claims = {{"sub", "s"},
                       {"groups", {"dev", "ops", 7}},
                       {"one", "dev"},
                       {"realm_access", {{"roles", {"dev"}}}},
                       {"https://corp.example/roles", {"ops"}}};
  const auto role = [&](const std::string& claim) {
    return identify(claims, rules(claim, "admin=ops,viewer=dev"))->role;
  };
  CHECK(role("groups") == Role::kAdmin);
  CHECK(role("one") == Role::kViewer);
  CHECK(role("realm_access.roles") == Role::kViewer);
  CHECK(role("https://corp.example/roles") == Role::kAdmin);
  CHECK_FALSE(role("realm_access"));
  CHECK_FALSE(role("realm_access.roles.x"));
  CHECK_FALSE(role("one."));
  CHECK_FALSE(role(""));
  IdentityRules fallback = rules("none", "admin=ops");
  fallback.default_role = Role::kSupport;
  CHECK(identify(claims, fallback)->role == Role::kSupport);
}

TEST_CASE("identities: only emails of the domains that are listed") {
  IdentityRules some;
  some.allowed_domains = {"corp.example"};
  const auto may = [&](const Json& claims) { return identify(claims, some).ok(); };
  CHECK(may({{"sub", "s"}, {"email", "kim@corp.example"}}));
  CHECK(may({{"sub", "s"}, {"email", "kim@CORP.example"}, {"email_verified", true}}));
  CHECK_FALSE(may({{"sub", "s"}, {"email", "kim@corp.example"}, {"email_verified", false}}));
  CHECK_FALSE(may({{"sub", "s"}, {"email", "kim@evil.example"}}));
  CHECK_FALSE(may({{"sub", "s"}, {"email", "kim@corp.example@evil.example"}}));
  CHECK_FALSE(may({{"sub", "s"}, {"email", "kim@sub.corp.example"}}));
  CHECK_FALSE(may({{"sub", "s"}, {"email", "corp.example"}}));
  CHECK_FALSE(may({{"sub", "s"}}));
}

TEST_CASE("identities: userinfo is asked for what is missing") {
  const Json claims = {{"sub", "s"}, {"email", "kim@corp.example"}};
  CHECK_FALSE(lacks_claims(claims, {}));
  CHECK(lacks_claims({{"sub", "s"}}, {}));
  CHECK(lacks_claims(claims, rules("groups", "")));
  IdentityRules how;
  how.name_claim = "sub";
  CHECK_FALSE(lacks_claims({{"sub", "s"}}, how));
  how.allowed_domains = {"corp.example"};
  CHECK(lacks_claims({{"sub", "s"}}, how));
}

TEST_SUITE_END();

}  // namespace logsvc::server::oidc
