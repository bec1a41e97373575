// What a provider says of itself (OpenID Connect Discovery 1.0). Pure functions, safe from any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/url.h"

namespace logsvc::server::oidc {

struct ProviderMetadata {
  std::string authorization_endpoint;  // where the browser is sent
  net::Url token_endpoint;
  net::Url jwks_uri;
  net::Url userinfo_endpoint;  // without a host if there is none
  bool takes_basic = true;     // the secret of a client as basic authentication
  bool takes_post = false;     // the same in the form
  bool says_issuer = false;    // in the browser's way back (RFC 9207)
};

inline constexpr size_t kMostMetadataBytes = 64 << 10;

// Reads the URL of a provider: https, or http on this machine, where nobody else can listen in.
Result<net::Url> parse_provider_url(std::string_view text);

// Returns the URL of an issuer's document.
std::string metadata_url(std::string_view issuer);

// kInvalid, naming what is wrong; also if the document is another issuer's.
Result<ProviderMetadata> parse_metadata(std::string_view text, const std::string& issuer);

}  // namespace logsvc::server::oidc
