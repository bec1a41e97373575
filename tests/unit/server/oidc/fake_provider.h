// A provider that answers from memory: it checks what a real one checks, and does what a test tells
// it to.
#pragma once

#include <map>
#include <string>

#include "server/auth/oidc/pending_logins.h"
#include "server/auth/oidc/transport.h"
#include "server/transport/params.h"
#include "signing_key.h"

namespace logsvc::server::oidc::testing {

class FakeProvider : public Transport {
 public:
  const std::string issuer = "https://id.example";
  SigningKey key{"ES256", "k1"};
  Json metadata = {{"issuer", issuer},
                   {"authorization_endpoint", issuer + "/auth"},
                   {"token_endpoint", issuer + "/token"},
                   {"jwks_uri", issuer + "/keys"},
                   {"userinfo_endpoint", issuer + "/me"}};
  Json claims = {{"iss", issuer},        {"sub", "s-1"},         {"aud", "logsvc"},
                 {"iat", 1'800'000'000}, {"exp", 1'800'000'600}, {"email", "kim@corp.example"}};
  Json userinfo = {{"sub", "s-1"}};
  Json published;  // instead of the key that it signs by
  bool down = false;
  std::map<std::string, int> asked;  // by path
  std::string authorization;         // the last one that the token endpoint saw
  std::string token_form;

  // What the user does at the provider: returns the code for the redirection's URL.
  std::string let_in(const std::string& location) {
    const ParamMap query = parse_form(location.substr(location.find('?') + 1));
    const std::string code = "code-" + std::to_string(codes_.size());
    codes_[code] = query;
    return code;
  }

  Result<net::HttpAnswer> send(const net::HttpRequest& request) override {
    ++asked[request.url.path];
    if (down) return Error{ErrorCode::kUnavailable, "connection refused"};
    if (request.url.path == "/.well-known/openid-configuration") return ok(metadata);
    if (request.url.path == "/keys") {
      return ok(Json::parse(key_set({published.is_null() ? key.jwk() : published})));
    }
    if (request.url.path == "/me") return ok(userinfo);
    if (request.url.path == "/token") return token(request);
    return net::HttpAnswer{404, "404 Not Found", "", ""};
  }

  static std::string one(const ParamMap& params, const std::string& name) {
    const auto found = params.find(name);
    return found == params.end() ? "" : found->second;
  }

 private:
  static net::HttpAnswer ok(const Json& body) { return {200, "200 OK", "", body.dump()}; }

  net::HttpAnswer token(const net::HttpRequest& request) {
    token_form = request.body;
    authorization = request.private_headers.empty() ? "" : request.private_headers.front().value;
    const ParamMap form = parse_form(token_form);
    const auto found = codes_.find(one(form, "code"));
    const bool right =
        found != codes_.end() && one(form, "redirect_uri") == one(found->second, "redirect_uri") &&
        sha256_word(one(form, "code_verifier")) == one(found->second, "code_challenge");
    if (!right) return {400, "400 Bad Request", "", R"({"error":"invalid_grant"})"};
    Json said = claims;
    if (!said.contains("nonce")) said["nonce"] = one(found->second, "nonce");
    codes_.erase(found);
    return ok({{"id_token", key.token(said)}, {"access_token", "at"}, {"token_type", "Bearer"}});
  }
  std::map<std::string, ParamMap> codes_;
};

}  // namespace logsvc::server::oidc::testing
