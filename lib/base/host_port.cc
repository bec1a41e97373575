#include "base/host_port.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace logsvc {
namespace {

bool is_v6(std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  const std::string address(text.substr(0, text.find('%')));
  return ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
}

bool may_stand_in_host(char c) {
  return static_cast<unsigned char>(c) > ' ' && c != 0x7f &&
         std::string_view("/\\?#@[]:\"<>").find(c) == std::string_view::npos;
}

std::optional<int> parse_port(std::string_view text) {
  int port = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = failure == std::errc() && end == text.data() + text.size();
  return whole && port >= 0 && port <= 65535 ? std::optional(port) : std::nullopt;
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
  HostPort out;
  std::string_view rest;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    out.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
    const std::string_view zone =
        std::string_view(out.host).substr(std::min(out.host.find('%'), out.host.size()));
    if (!is_v6(out.host) || !std::all_of(zone.begin(), zone.end(), may_stand_in_host)) {
      return std::nullopt;
    }
  } else {
    const size_t colon = std::min(text.find(':'), text.size());
    out.host = text.substr(0, colon);
    rest = text.substr(colon);
    if (!std::all_of(out.host.begin(), out.host.end(), may_stand_in_host)) return std::nullopt;
  }
  if (rest.empty()) return out;
  if (rest[0] != ':') return std::nullopt;
  if (rest.size() == 1) return out;
  out.port = parse_port(rest.substr(1));
  return out.port ? std::optional(out) : std::nullopt;
}

std::string bracketed_host(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string join_host_port(const std::string& host, int64_t port) {
  return bracketed_host(host) + ":" + std::to_string(port);
}

bool is_ip_address(const std::string& host) {
  std::array<unsigned char, 4> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || is_v6(host);
}

}  // namespace logsvc
