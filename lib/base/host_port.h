// Reads and writes host:port as people write it; nothing else does. The functions are pure and safe
// from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logsvc {

struct HostPort {
  std::string host;         // a name or an address, without brackets; empty if there is none
  std::optional<int> port;  // 0 … 65535; none if there is no colon, or nothing behind it
};

// Reads "host", "host:port", ":port", "[v6]" or "[v6]:port". Returns nullopt for all else: an IPv6
// address without brackets, brackets around anything else (a zone, %eth0, may be in them), an
// invalid port, blanks, control characters and what ends a host in a URL.
std::optional<HostPort> parse_host_port(std::string_view text);

// Returns the host as it stands before a port: an IPv6 address gets brackets.
std::string bracketed_host(const std::string& host);

// Returns host:port; an IPv6 address gets brackets.
std::string join_host_port(const std::string& host, int64_t port);

// Returns whether the host is an IPv4 address or, without brackets, an IPv6 address.
bool is_ip_address(const std::string& host);

}  // namespace logsvc
