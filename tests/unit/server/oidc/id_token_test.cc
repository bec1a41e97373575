#include "server/auth/oidc/id_token.h"

#include <doctest/doctest.h>

#include "signing_key.h"

namespace logsvc::server::oidc {
namespace {

using testing::key_set;
using testing::SigningKey;

constexpr Timestamp kNow = 1'800'000'000 * kSecond;
const IdTokenRules kRules = {"https://id.example/realms/a", "logsvc", "the-nonce"};

Json good_claims() {
  return {{"iss", kRules.issuer}, {"sub", "u1"},          {"aud", kRules.client_id},
          {"iat", 1'799'999'990}, {"exp", 1'800'000'300}, {"nonce", kRules.nonce}};
}

// Whether the only key of a set verifies a token.
bool verifies(const std::string& keys, const std::string& token) {
  const auto set = parse_key_set(keys);
  const auto jwt = parse_jwt(token);
  if (!set.ok() || set->size() != 1 || !jwt.ok()) return false;
  const auto& key = set->front();
  return key->suits(jwt->algorithm, jwt->kid) &&
         key->verifies(jwt->algorithm, jwt->signed_text, jwt->signature);
}

Json with(Json object, const char* name, Json value) {
  object[name] = std::move(value);
  return object;
}
Json without(Json object, const char* name) {
  object.erase(name);
  return object;
}

std::string refusal(const Json& claims) {
  const Status checked = check_claims(claims, kRules, kNow);
  if (checked.ok()) return "";
  CHECK(checked.error().code == ErrorCode::kPermission);
  const std::string& why = checked.error().message;
  const size_t open = why.rfind('(');
  return why.substr(open + 1, why.find(')', open) - open - 1);
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("ID tokens: what each algorithm signs is verified by its own key alone") {
  for (const char* algorithm : {"RS256", "PS256", "ES256", "ES384", "EdDSA"}) {
    CAPTURE(algorithm);
    const SigningKey key(algorithm, "k1"), other(algorithm, "k1");
    const std::string token = key.token(good_claims());
    CHECK(verifies(key_set({key.jwk()}), token));
    CHECK(verifies(key_set({without(key.jwk(), "alg")}), token));
    CHECK_FALSE(verifies(key_set({other.jwk()}), token));
    CHECK_FALSE(verifies(key_set({with(key.jwk(), "kid", "k2")}), token));
    // Another payload, and every part cut or extended.
    const size_t dot = token.find('.'), last = token.rfind('.');
    const std::string others = encode_base64url(with(good_claims(), "sub", "u2").dump());
    CHECK_FALSE(
        verifies(key_set({key.jwk()}), token.substr(0, dot + 1) + others + token.substr(last)));
    CHECK_FALSE(verifies(key_set({key.jwk()}), token.substr(0, token.size() - 4)));
    CHECK_FALSE(verifies(key_set({key.jwk()}), token + "AAAA"));
    CHECK_FALSE(verifies(key_set({key.jwk()}), token.substr(0, last + 1)));
    std::string flipped = token;
    flipped[last + 5] = flipped[last + 5] == 'A' ? 'B' : 'A';
    CHECK_FALSE(verifies(key_set({key.jwk()}), flipped));
  }
}

TEST_CASE("ID tokens: no signature, one by a shared secret, one of the wrong kind") {
  const SigningKey rsa("RS256", "k1"), pss("PS256", "k1"), curve("ES256", "k1");
  for (const char* algorithm : {"none", "None", "HS256", "HS512", "RS1", "RS512", "", "ES256K"}) {
    CAPTURE(algorithm);
    CHECK_FALSE(parse_jwt(rsa.token({{"alg", algorithm}, {"kid", "k1"}}, good_claims())).ok());
  }
  CHECK_FALSE(parse_jwt(rsa.token({{"kid", "k1"}}, good_claims())).ok());
  CHECK_FALSE(parse_jwt(rsa.token({{"alg", 1}}, good_claims())).ok());
  // The key says PS256, or is of another kind than the token says.
  CHECK_FALSE(verifies(key_set({with(rsa.jwk(), "alg", "PS256")}), rsa.token(good_claims())));
  CHECK_FALSE(verifies(key_set({curve.jwk()}), rsa.token(good_claims())));
  CHECK_FALSE(verifies(key_set({rsa.jwk()}), curve.token(good_claims())));
  // The header says one padding and the signature has the other.
  const Json header = {{"alg", "RS256"}, {"kid", "k1"}};
  CHECK_FALSE(verifies(key_set({without(pss.jwk(), "alg")}), pss.token(header, good_claims())));
  CHECK_FALSE(
      parse_jwt(rsa.token({{"alg", "RS256"}, {"crit", {"b64"}}, {"b64", false}}, good_claims()))
          .ok());
  CHECK_FALSE(parse_jwt(rsa.token({{"alg", "RS256"}, {"kid", 7}}, good_claims())).ok());
}

TEST_CASE("ID tokens: what is no JWT") {
  const SigningKey key("ES256", "k1");
  const std::string token = key.token(good_claims());
  REQUIRE(parse_jwt(token).ok());
  const size_t dot = token.find('.');
  CHECK_FALSE(parse_jwt("").ok());
  CHECK_FALSE(parse_jwt("..").ok());
  CHECK_FALSE(parse_jwt(token.substr(0, token.rfind('.'))).ok());
  CHECK_FALSE(parse_jwt(token + ".x").ok());
  CHECK_FALSE(parse_jwt(token + "=").ok());
  CHECK_FALSE(parse_jwt(token + "\n").ok());
  CHECK_FALSE(parse_jwt(token.substr(0, dot) + "=" + token.substr(dot)).ok());
  CHECK_FALSE(parse_jwt(encode_base64url("[1]") + token.substr(dot)).ok());
  CHECK_FALSE(parse_jwt(encode_base64url("{\"alg\":\"ES256\"") + token.substr(dot)).ok());
  CHECK_FALSE(parse_jwt(key.token(with(good_claims(), "x", std::string(60'000, 'x')))).ok());
  CHECK(parse_jwt(key.token(with(good_claims(), "x", std::string(40'000, 'x')))).ok());
  std::string deep = "{\"a\":";
  for (int i = 0; i < kMostDepth; ++i) deep += "[";
  for (int i = 0; i < kMostDepth; ++i) deep += "]";
  CHECK_FALSE(parse_object(deep + "}", "it").ok());
  CHECK_FALSE(parse_object(std::string("{\"a\":\"\xff\"}"), "it").ok());
}

TEST_CASE("ID tokens: keys that are not for signatures are left out") {
  const SigningKey rsa("RS256", "r"), curve("ES256", "c"), edwards("EdDSA", "e");
  const auto count = [](const std::string& keys) { return parse_key_set(keys)->size(); };
  CHECK(count(key_set({rsa.jwk(), curve.jwk(), edwards.jwk()})) == 3);
  CHECK(count(key_set({with(rsa.jwk(), "use", "enc"), curve.jwk()})) == 1);
  CHECK(count(key_set({with(without(rsa.jwk(), "use"), "key_ops", {"encrypt"})})) == 0);
  CHECK(count(key_set({with(without(rsa.jwk(), "use"), "key_ops", {"verify"})})) == 1);
  CHECK(count(key_set({with(rsa.jwk(), "alg", "RSA-OAEP")})) == 0);
  CHECK(count(key_set({with(rsa.jwk(), "kty", "oct")})) == 0);
  CHECK(count(key_set({SigningKey("RS256", "weak", 1024).jwk()})) == 0);
  CHECK(count(key_set({with(rsa.jwk(), "e", "AQ")})) == 0);    // 1
  CHECK(count(key_set({with(rsa.jwk(), "e", "AAAA")})) == 0);  // 0
  CHECK(count(key_set({with(rsa.jwk(), "n", encode_base64url(std::string(2000, 'x')))})) == 0);
  CHECK(count(key_set({with(curve.jwk(), "y", curve.jwk()["x"])})) == 0);  // not on the curve
  CHECK(count(key_set({with(curve.jwk(), "crv", "P-384")})) == 0);
  CHECK(count(key_set({with(edwards.jwk(), "x", "AAAA")})) == 0);
  CHECK(count(R"({"keys":[1,"x",null,{}]})") == 0);
  CHECK_FALSE(parse_key_set("{}").ok());
  CHECK_FALSE(parse_key_set(R"({"keys":{}})").ok());
  CHECK_FALSE(parse_key_set("[]").ok());
  CHECK_FALSE(parse_key_set(std::string(kMostKeySetBytes + 1, ' ')).ok());
  Json many = {{"keys", Json::array()}};
  for (size_t i = 0; i <= kMostKeys; ++i) many["keys"].push_back(edwards.jwk());
  CHECK_FALSE(parse_key_set(many.dump()).ok());
}

TEST_CASE("ID tokens: each claim is checked") {
  CHECK(refusal(good_claims()) == "");
  CHECK(refusal(with(good_claims(), "iss", "https://evil.example")) == "iss");
  CHECK(refusal(with(good_claims(), "iss", kRules.issuer + "/")) == "iss");
  CHECK(refusal(without(good_claims(), "iss")) == "iss");
  CHECK(refusal(without(good_claims(), "sub")) == "sub");
  CHECK(refusal(with(good_claims(), "sub", std::string(300, 'x'))) == "sub");
  CHECK(refusal(with(good_claims(), "aud", "other")) == "aud");
  CHECK(refusal(with(good_claims(), "aud", {"other"})) == "aud");
  CHECK(refusal(without(good_claims(), "aud")) == "aud");
  CHECK(refusal(with(good_claims(), "aud", {"logsvc"})) == "");
  CHECK(refusal(with(good_claims(), "aud", {"logsvc", "other"})) == "azp");
  const Json two = with(good_claims(), "aud", {"logsvc", "other"});
  CHECK(refusal(with(two, "azp", "logsvc")) == "");
  CHECK(refusal(with(two, "azp", "other")) == "azp");
  CHECK(refusal(with(good_claims(), "azp", "other")) == "azp");
  CHECK(refusal(with(good_claims(), "nonce", "another")) == "nonce");
  CHECK(refusal(without(good_claims(), "nonce")) == "nonce");
}

TEST_CASE("ID tokens: clocks may differ by a minute") {
  CHECK(refusal(without(good_claims(), "exp")) == "exp");
  CHECK(refusal(without(good_claims(), "iat")) == "iat");
  CHECK(refusal(with(good_claims(), "exp", "1800000300")) == "exp");
  CHECK(refusal(with(good_claims(), "exp", -1)) == "exp");
  CHECK(refusal(with(good_claims(), "exp", 1e300)) == "exp");
  CHECK(refusal(with(good_claims(), "exp", 1'799'999'941)) == "");
  CHECK(refusal(with(good_claims(), "exp", 1'799'999'940)) == "exp");
  CHECK(refusal(with(good_claims(), "iat", 1'800'000'060)) == "");
  CHECK(refusal(with(good_claims(), "iat", 1'800'000'061)) == "iat");
  CHECK(refusal(with(good_claims(), "iat", 1'799'999'990.5)) == "");
  CHECK(refusal(with(good_claims(), "nbf", 1'800'000'060)) == "");
  CHECK(refusal(with(good_claims(), "nbf", 1'800'000'061)) == "nbf");
  CHECK(refusal(with(good_claims(), "nbf", "soon")) == "nbf");
}

TEST_SUITE_END();

}  // namespace logsvc::server::oidc
