// An OpenID provider: where the browser is sent, and what a code that it comes back with is worth.
// Its document is fetched when it is first needed and kept for an hour; one that cannot be had is
// asked for again after 5 s. Safe from several threads; no lock is held over the network.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "os/clock.h"
#include "server/auth/oidc/claims.h"
#include "server/auth/oidc/key_cache.h"
#include "server/auth/oidc/provider_metadata.h"
#include "server/auth/oidc/transport.h"

namespace logsvc::server::oidc {

// How we are known to the provider.
struct ClientIdentity {
  std::string issuer;
  std::string id;
  std::string secret;  // empty: a public client, which PKCE alone protects
  std::string scopes = "openid profile email";
};

struct AuthorizationRequest {
  std::string redirect_url;
  std::string state;
  std::string nonce;
  std::string challenge;  // of PKCE, by S256
};

struct CodeExchange {
  std::string code;
  std::string redirect_url;  // the one of the request
  std::string verifier;      // of PKCE
  std::string nonce;
};

// What a code was worth: claims of an ID token that was verified, or of the userinfo endpoint.
struct Grant {
  Json claims;
  std::string access_token;  // for userinfo alone; empty if there is none
};

class Provider {
 public:
  static constexpr Duration kMetadataLasts = kHour;
  static constexpr Duration kBetweenFailures = 5 * kSecond;

  // Borrows transport and clock.
  Provider(ClientIdentity client, Transport& transport, const Clock& clock);

  // Returns the URL to send the browser to. kUnavailable if the provider cannot be reached, or does
  // not answer as one.
  Result<std::string> authorization_url(const AuthorizationRequest& request);

  // Whether a way back comes from this provider: iss is its parameter, empty if there was none.
  // kPermission if not.
  Status check_response_issuer(const std::string& iss);

  // Gives the code back to the provider. kPermission if the provider or its token is refused;
  // kUnavailable as above.
  Result<Grant> exchange(const CodeExchange& exchange);

  // Adds the claims that the ID token left out. Does nothing if the provider has no userinfo.
  Status add_userinfo(Grant& grant);

 private:
  using MetadataPtr = std::shared_ptr<const ProviderMetadata>;
  Result<MetadataPtr> metadata();
  Result<Json> ask(const net::HttpRequest& request, const std::string& what);
  Result<Json> verified_claims(const ProviderMetadata& metadata, const std::string& id_token,
                               const std::string& nonce);

  const ClientIdentity client_;
  Transport& transport_;
  const Clock& clock_;
  KeyCache keys_;
  Mutex mutex_;
  MetadataPtr metadata_ GUARDED_BY(mutex_);
  Status failure_ GUARDED_BY(mutex_);          // of the last fetch
  int64_t next_fetch_ GUARDED_BY(mutex_) = 0;  // steady
};

}  // namespace logsvc::server::oidc
