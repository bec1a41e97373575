#include "server/auth/oidc/oidc_login.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "fake_provider.h"
#include "support/fake_clock.h"

namespace logsvc::server::oidc {
namespace {

using logsvc::testing::FakeClock;
using testing::FakeProvider;
using testing::SigningKey;

const char* const kRedirect = "https://logs.example/api/oidc/callback";

struct World {
  FakeProvider provider;
  FakeClock clock;
  ClientIdentity client{provider.issuer, "logsvc", "s:e c"};
  IdentityRules rules;
  std::unique_ptr<OidcLogin> made;

  OidcLogin& login() {
    if (!made) made = std::make_unique<OidcLogin>(client, rules, provider, clock);
    return *made;
  }
  // A browser that goes to the provider and back.
  OidcLogin::Way way(const std::string& binding = "") {
    const auto begun = login().begin(kRedirect, "/explore?q=1", binding, "10.0.0.1");
    REQUIRE(begun.ok());
    const ParamMap query = parse_form(begun->location.substr(begun->location.find('?') + 1));
    OidcLogin::Way out;
    out.state = FakeProvider::one(query, "state");
    out.code = provider.let_in(begun->location);
    out.binding = begun->binding;
    return out;
  }
  Error refusal(const OidcLogin::Way& way) {
    const auto finished = login().finish(way);
    REQUIRE_FALSE(finished.ok());
    return finished.error();
  }
};

bool says(const Error& error, const char* words) {
  return error.message.find(words) != std::string::npos;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("OIDC: there and back") {
  World w;
  const auto begun = w.login().begin(kRedirect, "/explore", "", "10.0.0.1");
  REQUIRE(begun.ok());
  CHECK(begun->location.starts_with("https://id.example/auth?response_type=code&client_id=logsvc"));
  const ParamMap query = parse_form(begun->location.substr(begun->location.find('?') + 1));
  CHECK(FakeProvider::one(query, "scope") == "openid profile email");
  CHECK(FakeProvider::one(query, "redirect_uri") == kRedirect);
  CHECK(FakeProvider::one(query, "code_challenge_method") == "S256");
  CHECK(FakeProvider::one(query, "code_challenge").size() == 43);
  CHECK(FakeProvider::one(query, "nonce").size() == 43);
  const auto done = w.login().finish(w.way());
  REQUIRE(done.ok());
  CHECK(done->identity.name == "kim@corp.example");
  CHECK(done->return_path == "/explore?q=1");
  CHECK(w.provider.authorization == "Basic " + encode_base64("logsvc:s%3Ae%20c"));
  CHECK(w.provider.token_form.find("client_secret") == std::string::npos);
  CHECK(w.provider.asked["/me"] == 0);
  CHECK(w.login().finish(w.way()).ok());
  CHECK(w.provider.asked["/keys"] == 1);
  CHECK(w.provider.asked["/.well-known/openid-configuration"] == 1);
}

TEST_CASE("OIDC: a way back is worth something once, and to its own browser") {
  World w;
  const OidcLogin::Way way = w.way();
  OidcLogin::Way foreign = way;
  foreign.binding = w.way().binding;
  CHECK(w.refusal(foreign).code == ErrorCode::kInvalid);
  foreign.binding.clear();
  CHECK(w.refusal(foreign).code == ErrorCode::kInvalid);
  OidcLogin::Way forged = way;
  forged.state = random_word();
  CHECK(w.refusal(forged).code == ErrorCode::kInvalid);
  CHECK(w.provider.asked["/token"] == 0);
  CHECK(w.login().finish(way).ok());
  CHECK(w.refusal(way).code == ErrorCode::kInvalid);
  // The code of one login in another login of the same browser: PKCE tells them apart.
  OidcLogin::Way second = w.way();
  second.code = w.way(second.binding).code;
  CHECK(says(w.refusal(second), "invalid_grant"));
  const OidcLogin::Way late = w.way();
  w.clock.advance(PendingLogins::kLast + kSecond);
  CHECK(w.refusal(late).code == ErrorCode::kInvalid);
}

TEST_CASE("OIDC: two tabs of one browser") {
  World w;
  const OidcLogin::Way first = w.way(), second = w.way(first.binding);
  CHECK(second.binding == first.binding);
  CHECK(w.way("nonsense").binding != "nonsense");
  CHECK(w.login().finish(second).ok());
  CHECK(w.login().finish(first).ok());
}

TEST_CASE("OIDC: what the provider's token may not say") {
  World w;
  const Json good = w.provider.claims;
  w.provider.claims["nonce"] = random_word();
  CHECK(says(w.refusal(w.way()), "(nonce)"));
  w.provider.claims = good;
  w.provider.claims["aud"] = "another";
  CHECK(says(w.refusal(w.way()), "(aud)"));
  w.provider.claims = good;
  w.clock.advance(kHour);
  CHECK(says(w.refusal(w.way()), "(exp)"));
  // Signed by a key of the same name that is not the published one.
  World other;
  CHECK(other.login().finish(other.way()).ok());
  other.provider.key = SigningKey("ES256", "k1");
  CHECK(says(other.refusal(other.way()), "signature"));
}

TEST_CASE("OIDC: a provider changes its keys") {
  World w;
  CHECK(w.login().finish(w.way()).ok());
  w.provider.key = SigningKey("RS256", "k2");
  CHECK(w.login().finish(w.way()).ok());
  CHECK(w.provider.asked["/keys"] == 2);
  // Once a minute is asked for keys that are not known.
  w.provider.key = SigningKey("EdDSA", "k3");
  CHECK(says(w.refusal(w.way()), "does not publish"));
  CHECK(w.provider.asked["/keys"] == 2);
  w.clock.advance(kMinute + kSecond);
  CHECK(w.login().finish(w.way()).ok());
  CHECK(w.provider.asked["/keys"] == 3);
  w.provider.claims["exp"] = 1'900'000'000;
  w.clock.advance(KeyCache::kLast + kSecond);
  CHECK(w.login().finish(w.way()).ok());
  CHECK(w.provider.asked["/keys"] == 4);
  // A token that names a key which nobody publishes is looked for once.
  w.clock.advance(KeyCache::kLast + kSecond);
  const Json published = w.provider.key.jwk();
  w.provider.key = SigningKey("EdDSA", "k4");
  w.provider.published = published;
  CHECK(says(w.refusal(w.way()), "does not publish"));
  CHECK(w.provider.asked["/keys"] == 5);
}

TEST_CASE("OIDC: a provider that is down, or is not the one of the settings") {
  World w;
  w.provider.down = true;
  const auto begin = [&] { return w.login().begin(kRedirect, "/", "", "10.0.0.1"); };
  CHECK(begin().error().code == ErrorCode::kUnavailable);
  CHECK(says(begin().error(), "cannot reach the provider id.example: connection refused"));
  CHECK(w.provider.asked["/.well-known/openid-configuration"] == 1);
  w.provider.down = false;
  w.clock.advance(6 * kSecond);
  CHECK(begin().ok());
  const OidcLogin::Way way = w.way();
  w.provider.down = true;
  CHECK(w.refusal(way).code == ErrorCode::kUnavailable);
  World other;
  other.provider.metadata["issuer"] = "https://id.example/";
  const auto refused = other.login().begin(kRedirect, "/", "", "10.0.0.1");
  CHECK(
      says(refused.error(), "\"https://id.example/\", but oidc-issuer is \"https://id.example\""));
  for (const char* url : {"http://id.example/token", "ftp://id.example", "https://a:b@id.example/",
                          "https://id.example/#x", ""}) {
    CAPTURE(url);
    Json document = w.provider.metadata;
    document["token_endpoint"] = url;
    CHECK_FALSE(parse_metadata(document.dump(), w.provider.issuer).ok());
  }
  CHECK(parse_provider_url("http://127.0.0.1:8080/x").ok());
}

TEST_CASE("OIDC: how the client says who it is") {
  World post;
  post.provider.metadata["token_endpoint_auth_methods_supported"] = {"client_secret_post"};
  CHECK(post.login().finish(post.way()).ok());
  CHECK(post.provider.authorization.empty());
  CHECK(FakeProvider::one(parse_form(post.provider.token_form), "client_secret") == "s:e c");
  World open;
  open.client.secret.clear();
  CHECK(open.login().finish(open.way()).ok());
  CHECK(open.provider.authorization.empty());
  CHECK(FakeProvider::one(parse_form(open.provider.token_form), "client_id") == "logsvc");
  CHECK(open.provider.token_form.find("client_secret") == std::string::npos);
}

TEST_CASE("OIDC: what userinfo adds, and only about the same user") {
  World w;
  w.rules.role_claim = "groups";
  w.rules.roles = *RoleMap::parse("operator=ops");
  w.provider.userinfo = {{"sub", "s-1"}, {"groups", {"ops"}}, {"email", "other@evil.example"}};
  const auto done = w.login().finish(w.way());
  REQUIRE(done.ok());
  CHECK(done->identity.role == Role::kOperator);
  CHECK(done->identity.name == "kim@corp.example");
  w.provider.userinfo["sub"] = "s-2";
  CHECK(says(w.refusal(w.way()), "somebody else"));
}

TEST_CASE("OIDC: errors and issuers in the way back") {
  World w;
  OidcLogin::Way denied = w.way();
  denied.code.clear();
  denied.error = "access_denied<b>";
  CHECK(w.refusal(denied).message == "the provider did not let you in: access_deniedb");
  OidcLogin::Way mixed = w.way();
  mixed.iss = "https://evil.example";
  CHECK(says(w.refusal(mixed), "(iss)"));
  OidcLogin::Way right = w.way();
  right.iss = w.provider.issuer;
  CHECK(w.login().finish(right).ok());
  World strict;
  strict.provider.metadata["authorization_response_iss_parameter_supported"] = true;
  CHECK(says(strict.refusal(strict.way()), "(iss)"));
  OidcLogin::Way empty = w.way();
  empty.code.clear();
  CHECK(w.refusal(empty).code == ErrorCode::kInvalid);
  empty = w.way();
  empty.code = std::string(5000, 'x');
  CHECK(w.refusal(empty).code == ErrorCode::kInvalid);
}

TEST_CASE("OIDC: paths to come back to are paths of this server") {
  for (const char* path :
       {"/", "/explore?query=%7Ba%3D%22b%22%7D", "/a//b", "/journey?value=x#y"}) {
    CHECK(safe_return_path(path) == path);
  }
  for (const char* path : {"", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil",
                           "https://evil.example", "javascript:alert(1)", "evil", " /x", "/a\nb: c",
                           "/\xed\x95\x9c"}) {
    CAPTURE(path);
    CHECK(safe_return_path(path) == "/");
  }
  CHECK(safe_return_path("/" + std::string(3000, 'x')) == "/");
}

TEST_CASE("OIDC: pending logins are bounded, and one source pushes out its own") {
  FakeClock clock;
  PendingLogins pending(clock);
  const std::string binding = random_word();
  const std::string first = pending.add({}, binding, "10.0.0.1");
  const std::string mine = pending.add({}, binding, "10.0.0.2");
  for (size_t i = 0; i < PendingLogins::kMostOfSource; ++i) {
    pending.add({}, binding, "10.0.0.1");
  }
  CHECK_FALSE(pending.take(first, binding));
  CHECK(pending.take(mine, binding));
  const std::string oldest = pending.add({}, binding, "10.0.0.3");
  for (size_t i = 0; i < PendingLogins::kMost + PendingLogins::kMostOfSource; ++i) {
    pending.add({}, binding, std::to_string(i / 50));
  }
  CHECK_FALSE(pending.take(oldest, binding));
}

TEST_SUITE_END();

}  // namespace logsvc::server::oidc
