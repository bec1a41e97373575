#include "client/client_options.h"

#include <algorithm>
#include <fstream>

#include "base/shown_url.h"

namespace logsvc::client {
namespace {

std::string with_scheme(const std::string& text) {
  return text.find("://") == std::string::npos ? "http://" + text : text;
}

}  // namespace

Result<net::Url> parse_address(const std::string& text) {
  auto out = net::parse_url(with_scheme(text));
  if (!out.ok()) {
    return invalid("expected an address like http://localhost:3100, found \"" +
                   without_url_secrets(text) + "\" (--addr or LOKI_ADDR)");
  }
  std::string& prefix = out->path;
  prefix.resize(std::min(prefix.find('?'), prefix.size()));
  prefix.resize(std::min(prefix.find("/loki/api/v1/"), prefix.size()));
  while (prefix.ends_with('/')) prefix.pop_back();
  return out;
}

Result<net::Url> server_address(const ClientOptions& options) {
  ASSIGN_OR_RETURN(net::Url out, parse_address(options.address));
  // Without TLS anybody could answer, against what the fingerprint asks for.
  if (!options.tls_fingerprint.empty() && out.scheme != "https") {
    return invalid("--tls-fingerprint (LOKI_TLS_FINGERPRINT) needs an https:// address, found \"" +
                   net::origin_of(out) + "\"");
  }
  return out;
}

net::RouteConfig route_config(const ClientOptions& options) {
  net::RouteConfig out;
  out.tls.ca_file = options.ca_cert;
  out.tls.cert_file = options.cert;
  out.tls.key_file = options.key;
  out.tls.insecure_skip_verify = options.tls_skip_verify;
  out.tls.fingerprint = options.tls_fingerprint;
  if (!options.proxy_url.empty()) out.proxy_url = with_scheme(options.proxy_url);
  return out;
}

Result<net::Headers> own_headers(const ClientOptions& options, const net::Url& address) {
  std::string token = options.bearer_token;
  if (!options.bearer_token_file.empty()) {
    std::ifstream file(options.bearer_token_file);
    if (!std::getline(file, token)) {
      return Error{ErrorCode::kIo, "cannot read the token in " + options.bearer_token_file};
    }
    while (!token.empty() && (token.back() == '\r' || token.back() == ' ')) token.pop_back();
  }
  std::string user = options.username.empty() ? address.user : options.username;
  const std::string password = options.password.empty() ? address.password : options.password;
  if (user.empty() && !password.empty()) user = "admin";
  net::Headers out;
  if (!token.empty()) {
    out.push_back({options.auth_header, "Bearer " + token});
  } else if (!user.empty()) {
    out.push_back({options.auth_header, net::basic_authorization(user, password)});
  }
  if (!options.org_id.empty()) out.push_back({"X-Scope-OrgID", options.org_id});
  if (!options.query_tags.empty()) out.push_back({"X-Query-Tags", options.query_tags});
  return out;
}

}  // namespace logsvc::client
