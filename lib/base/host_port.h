// host:port as people write it: the one reader and the one writer of it. Pure functions, safe from
// any thread.
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

// "host", "host:port", ":port", "[v6]" or "[v6]:port". Nothing for all else: an address of IPv6
// without brackets, brackets around anything but one (with a zone: %eth0), a port that is none,
// blanks, control characters and what ends a host in a URL.
std::optional<HostPort> parse_host_port(std::string_view text);

// The host as it stands before a port: an address of IPv6 in brackets.
std::string bracketed_host(const std::string& host);

// host:port, an address of IPv6 in brackets.
std::string join_host_port(const std::string& host, int64_t port);

// Whether the host is an address of IPv4 or, without brackets, of IPv6.
bool is_ip_address(const std::string& host);

}  // namespace logsvc
