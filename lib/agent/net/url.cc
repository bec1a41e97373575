#include "agent/net/url.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace logsvc::agent {
namespace {

std::string variable(const char* upper, const char* lower) {
  for (const char* name : {lower, upper}) {
    if (const char* value = std::getenv(name); value && *value) return value;
  }
  return "";
}

bool is_excluded(const std::string& host, std::string_view list) {
  while (!list.empty()) {
    std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), one.size() + 1));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one.empty()) continue;
    if (one == "*" || one == host) return true;
    if (one.front() == '.') one.remove_prefix(1);
    if (host.size() > one.size() && host[host.size() - one.size() - 1] == '.' &&
        std::string_view(host).substr(host.size() - one.size()) == one) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string without_credentials(const std::string& url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const size_t end = std::min(url.find('/', scheme + 3), url.size());
  const size_t at = url.rfind('@', end);
  if (at == std::string::npos || at < scheme) return url;
  return url.substr(0, scheme + 3) + url.substr(at + 1);
}

Result<Url> parse_url(const std::string& text) {
  const Error bad = invalid("expected http://host:3100/loki/api/v1/push, found \"" +
                            without_credentials(text) + "\"");
  Url url;
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string::npos) return bad;
  url.scheme = text.substr(0, scheme_end);
  if (url.scheme != "http" && url.scheme != "https") return bad;
  std::string rest = text.substr(scheme_end + 3);
  if (const size_t slash = rest.find('/'); slash != std::string::npos) {
    url.path = rest.substr(slash);
    rest.resize(slash);
  }
  if (const size_t at = rest.rfind('@'); at != std::string::npos) {
    const std::string credentials = rest.substr(0, at);
    rest.erase(0, at + 1);
    const size_t colon = credentials.find(':');
    url.user = credentials.substr(0, colon);
    if (colon != std::string::npos) url.password = credentials.substr(colon + 1);
  }
  url.port = url.scheme == "https" ? 443 : 80;
  const size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
  if (has_port) {
    const std::string digits = rest.substr(colon + 1);
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (failure != std::errc() || end != digits.data() + digits.size() || url.port < 1 ||
        url.port > 65535) {
      return bad;
    }
    rest.resize(colon);
  }
  if (rest.size() > 2 && rest.front() == '[' && rest.back() == ']')
    rest = rest.substr(1, rest.size() - 2);
  if (rest.empty()) return bad;
  url.host = rest;
  return url;
}

std::string proxy_for(const Url& url, const std::string& proxy_url, const std::string& no_proxy,
                      bool from_environment) {
  std::string proxy = proxy_url, excluded = no_proxy;
  if (proxy.empty() && from_environment) {
    proxy = url.scheme == "https" ? variable("HTTPS_PROXY", "https_proxy")
                                  : variable("HTTP_PROXY", "http_proxy");
    excluded = variable("NO_PROXY", "no_proxy");
  }
  return is_excluded(url.host, excluded) ? "" : proxy;
}

}  // namespace logsvc::agent
