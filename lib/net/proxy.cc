#include "net/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace logsvc::net {
namespace {

std::string variable(const char* upper, const char* lower) {
  for (const char* name : {lower, upper}) {
    if (const char* value = std::getenv(name); value && *value) return value;
  }
  return "";
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

using Address = std::array<uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d

std::optional<Address> address_bytes(const std::string& text) {
  Address out{};
  if (::inet_pton(AF_INET6, text.c_str(), out.data()) == 1) return out;
  out = {};
  out[10] = out[11] = 0xff;
  if (::inet_pton(AF_INET, text.c_str(), out.data() + 12) == 1) return out;
  return std::nullopt;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  const auto address = address_bytes(host);
  return address && (*address)[10] == 0xff && (*address)[12] == 127;
}

// network is network/bits, and must be of the same family.
bool is_in_network(const std::string& host, std::string_view network) {
  const size_t slash = network.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string base(network.substr(0, slash));
  const auto address = address_bytes(host), from = address_bytes(base);
  int bits = -1;
  (void)std::from_chars(network.data() + slash + 1, network.data() + network.size(), bits);
  if (base.find(':') == std::string::npos) bits += 96;
  if (!address || !from || bits < 0 || bits > 128) return false;
  for (int i = 0; i < bits; ++i) {
    const auto bit = [&](const Address& a) {
      return (a[static_cast<size_t>(i / 8)] >> (7 - i % 8)) & 1;
    };
    if (bit(*address) != bit(*from)) return false;
  }
  return true;
}

// Matches one entry of NO_PROXY: *, an address, a network, or a name that includes its subdomains
// (.name: only these), with a port or without.
bool excludes(std::string_view entry, const std::string& host, int port) {
  if (entry == "*") return true;
  if (is_in_network(host, entry)) return true;
  if (const size_t colon = entry.rfind(':');
      colon != std::string_view::npos && entry.find(':') == colon) {
    if (entry.substr(colon + 1) != std::to_string(port)) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.substr(0, 2) == "*.") entry.remove_prefix(1);
  if (entry.empty()) return false;
  if (entry.front() != '.' && host == entry) return true;
  const std::string_view suffix = entry.front() == '.' ? entry.substr(1) : entry;
  return host.size() > suffix.size() && host.ends_with(suffix) &&
         host[host.size() - suffix.size() - 1] == '.';
}

// A machine itself is never reached through a proxy.
bool is_excluded(const Url& url, std::string_view list) {
  if (is_loopback(url.host)) return true;
  while (!list.empty()) {
    const std::string_view entry = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), entry.size() + 1));
    if (excludes(trimmed(entry), url.host, url.port)) return true;
  }
  return false;
}

}  // namespace

std::string proxy_for(const Url& url, const std::string& proxy_url, const std::string& no_proxy,
                      bool from_environment) {
  if (!proxy_url.empty()) {
    return !no_proxy.empty() && is_excluded(url, no_proxy) ? "" : proxy_url;
  }
  if (!from_environment) return "";
  std::string proxy = url.scheme == "https" ? variable("HTTPS_PROXY", "https_proxy")
                                            : variable("HTTP_PROXY", "http_proxy");
  if (proxy.empty() || is_excluded(url, variable("NO_PROXY", "no_proxy"))) return "";
  return proxy.find("://") == std::string::npos ? "http://" + proxy : proxy;
}

}  // namespace logsvc::net
