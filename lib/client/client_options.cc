#include "client/client_options.h"

#include <charconv>
#include <fstream>

#include "base/base64.h"
#include "base/host_port.h"
#include "base/shown_url.h"

namespace logsvc::client {
std::string ServerAddress::origin() const {
  return std::string(tls ? "https" : "http") + "://" + join_host_port(host, port);
}

Result<ServerAddress> parse_address(const std::string& text) {
  const Error bad = invalid("expected an address like http://localhost:3100, found \"" +
                            without_url_secrets(text) + "\" (--addr or LOKI_ADDR)");
  ServerAddress out;
  const size_t scheme_end = text.find("://");
  const std::string scheme = text.substr(0, scheme_end);
  std::string rest = scheme_end == std::string::npos ? text : text.substr(scheme_end + 3);
  if (scheme_end != std::string::npos && scheme != "http" && scheme != "https") return bad;
  out.tls = scheme == "https";
  const size_t slash = rest.find('/');
  if (slash != std::string::npos) out.prefix = rest.substr(slash);
  rest = rest.substr(0, slash);
  if (const size_t push = out.prefix.find("/loki/api/v1/"); push != std::string::npos) {
    out.prefix.resize(push);
  }
  while (out.prefix.ends_with('/')) out.prefix.pop_back();
  if (const size_t at = rest.rfind('@'); at != std::string::npos) {
    const std::string credentials = rest.substr(0, at);
    rest.erase(0, at + 1);
    const size_t colon = credentials.find(':');
    out.username = credentials.substr(0, colon);
    if (colon != std::string::npos) out.password = credentials.substr(colon + 1);
  }
  const size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
  out.host = has_port ? rest.substr(0, colon) : rest;
  out.port = out.tls ? 443 : 80;
  if (has_port) {
    const std::string digits = rest.substr(colon + 1);
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (failure != std::errc() || *end != '\0' || out.port < 1 || out.port > 65535) return bad;
  }
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
  }
  if (out.host.empty()) return bad;
  return out;
}

Result<std::multimap<std::string, std::string>> request_headers(const ClientOptions& options,
                                                                const ServerAddress& address) {
  std::multimap<std::string, std::string> out{{"User-Agent", "logsvc-query"}};
  std::string token = options.bearer_token;
  if (!options.bearer_token_file.empty()) {
    std::ifstream file(options.bearer_token_file);
    if (!std::getline(file, token)) {
      return Error{ErrorCode::kIo, "cannot read the token in " + options.bearer_token_file};
    }
    while (!token.empty() && (token.back() == '\r' || token.back() == ' ')) token.pop_back();
  }
  std::string user = options.username.empty() ? address.username : options.username;
  const std::string password = options.password.empty() ? address.password : options.password;
  if (user.empty() && !password.empty()) user = "admin";
  if (!token.empty()) {
    out.emplace(options.auth_header, "Bearer " + token);
  } else if (!user.empty()) {
    out.emplace(options.auth_header, "Basic " + encode_base64(user + ":" + password));
  }
  if (!options.org_id.empty()) out.emplace("X-Scope-OrgID", options.org_id);
  if (!options.query_tags.empty()) out.emplace("X-Query-Tags", options.query_tags);
  return out;
}

}  // namespace logsvc::client
