#include "server/auth/oidc/provider_metadata.h"

#include <algorithm>

#include "server/auth/oidc/claims.h"

namespace logsvc::server::oidc {
namespace {

constexpr size_t kMostUrlBytes = 2048;

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool lists(const Json& document, const char* name, const char* word) {
  const auto found = document.find(name);
  return found != document.end() && found->is_array() &&
         std::find(found->begin(), found->end(), word) != found->end();
}

// Returns the text of a URL of the document, if it is one that may be used.
Result<std::string> endpoint(const Json& document, const std::string& name) {
  std::string text = text_of(document, name);
  const auto url = parse_provider_url(text);
  if (!url.ok()) return invalid("the provider's " + name + ": " + url.error().message);
  return text;
}

Result<net::Url> endpoint_url(const Json& document, const std::string& name) {
  ASSIGN_OR_RETURN(const std::string text, endpoint(document, name));
  return parse_provider_url(text);
}

}  // namespace

Result<net::Url> parse_provider_url(std::string_view text) {
  if (text.size() > kMostUrlBytes) return invalid("the URL is longer than 2048 bytes");
  ASSIGN_OR_RETURN(net::Url url, net::parse_url(text));
  if (!url.user.empty() || !url.password.empty()) {
    return invalid("the URL must not have a user or a password");
  }
  if (text.find('#') != std::string_view::npos) return invalid("the URL must not have a fragment");
  if (url.scheme != "https" && !is_this_machine(url.host)) {
    return invalid("the URL must begin with https:// (http:// for this machine alone)");
  }
  return url;
}

std::string metadata_url(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

Result<ProviderMetadata> parse_metadata(std::string_view text, const std::string& issuer) {
  if (text.size() > kMostMetadataBytes) return invalid("the provider's document is too long");
  ASSIGN_OR_RETURN(const Json document, parse_object(text, "the provider's document"));
  if (text_of(document, "issuer") != issuer) {
    return invalid(
        "the provider calls itself \"" + text_of(document, "issuer").substr(0, kMostUrlBytes) +
        "\", but oidc-issuer is \"" + issuer + "\": they must be the same, letter by letter");
  }
  ProviderMetadata out;
  ASSIGN_OR_RETURN(out.authorization_endpoint, endpoint(document, "authorization_endpoint"));
  ASSIGN_OR_RETURN(out.token_endpoint, endpoint_url(document, "token_endpoint"));
  ASSIGN_OR_RETURN(out.jwks_uri, endpoint_url(document, "jwks_uri"));
  if (document.contains("userinfo_endpoint")) {
    ASSIGN_OR_RETURN(out.userinfo_endpoint, endpoint_url(document, "userinfo_endpoint"));
  }
  const char* const kMethods = "token_endpoint_auth_methods_supported";
  out.takes_basic =
      !document.contains(kMethods) || lists(document, kMethods, "client_secret_basic");
  out.takes_post = lists(document, kMethods, "client_secret_post");
  const auto says = document.find("authorization_response_iss_parameter_supported");
  out.says_issuer = says != document.end() && *says == true;
  return out;
}

}  // namespace logsvc::server::oidc
