#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/auth/oidc/id_token.h"
#include "server/auth/oidc/identity.h"
#include "server/auth/oidc/oidc_login.h"
#include "server/auth/oidc/provider_metadata.h"

// Whatever a provider or a browser sends: nothing that was not signed for us is believed, and no
// path leads elsewhere.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc;
  using namespace logsvc::server::oidc;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto jwt = parse_jwt(text);
  if (jwt.ok()) {
    if (!text.starts_with(jwt->signed_text) || jwt->signature.empty()) std::abort();
    (void)identify(jwt->claims, {});
    const IdTokenRules rules{"https://id.example", "logsvc", "a nonce that nobody was told"};
    if (check_claims(jwt->claims, rules, 1'800'000'000 * kSecond).ok()) std::abort();
  }
  if (const auto keys = parse_key_set(text); keys.ok()) {
    if (keys->size() > kMostKeys) std::abort();
    for (const auto& key : *keys) {
      for (const auto algorithm :
           {SignatureAlgorithm::kRs256, SignatureAlgorithm::kPs256, SignatureAlgorithm::kEs256,
            SignatureAlgorithm::kEs384, SignatureAlgorithm::kEdDsa}) {
        if (key->verifies(algorithm, "text", text)) std::abort();
      }
    }
  }
  if (const auto document = parse_metadata(text, "https://id.example"); document.ok()) {
    if (document->token_endpoint.scheme != "https" || !document->token_endpoint.user.empty()) {
      std::abort();
    }
  }
  if (const auto claims = parse_object(text, "claims"); claims.ok()) {
    IdentityRules rules{"", "realm_access.roles", {}, {}, {"corp.example"}};
    (void)lacks_claims(*claims, rules);
    const auto who = identify(*claims, rules);
    if (who.ok() && !server::is_outside_name(who->name)) std::abort();
  }
  const std::string path = safe_return_path(std::string(text));
  if (path.front() != '/' || path.starts_with("//") || path.find('\\') != std::string::npos) {
    std::abort();
  }
  return 0;
}
