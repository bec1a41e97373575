#include "net/socks.h"

#include <arpa/inet.h>

namespace logsvc::net {
namespace {

constexpr char kVersion = 5;
constexpr char kNoPassword = 0, kPassword = 2;
constexpr char kConnect = 1;
constexpr char kIpv4 = 1, kName = 3, kIpv6 = 4;
constexpr size_t kMaxText = 255;  // lengths take one byte

Error refused(const Url& proxy, const std::string& what) {
  return {ErrorCode::kUnavailable, "the SOCKS proxy " + proxy.host + ": " + what};
}

std::string with_length(const std::string& text) {
  return std::string(1, static_cast<char>(text.size())) + text;
}

Status log_in(Connection& connection, const Url& proxy, const WaitLimit& limit) {
  if (proxy.user.size() > kMaxText || proxy.password.size() > kMaxText)
    return refused(proxy, "user and password may have 255 bytes");
  RETURN_IF_ERROR(
      connection.send("\x01" + with_length(proxy.user) + with_length(proxy.password), limit));
  ASSIGN_OR_RETURN(const std::string answer, receive_exactly(connection, 2, limit));
  if (answer[1] != 0) return refused(proxy, "user or password is wrong");
  return {};
}

std::string address_of(const std::string& host) {
  char address[16];
  if (::inet_pton(AF_INET, host.c_str(), address) == 1)
    return std::string(1, kIpv4) + std::string(address, 4);
  if (::inet_pton(AF_INET6, host.c_str(), address) == 1)
    return std::string(1, kIpv6) + std::string(address, 16);
  return std::string(1, kName) + with_length(host);
}

const char* reason(char code) {
  static const char* const kReasons[] = {"",
                                         "it failed",
                                         "its rules do not allow the connection",
                                         "the network cannot be reached",
                                         "the host cannot be reached",
                                         "the connection was refused",
                                         "the time to live ran out",
                                         "it does not connect",
                                         "it does not know the kind of address"};
  const auto at = static_cast<unsigned char>(code);
  return at < std::size(kReasons) ? kReasons[at] : "an error without a name";
}

}  // namespace

Status connect_by_socks(Connection& connection, const Url& proxy, const std::string& host, int port,
                        const WaitLimit& limit) {
  if (host.size() > kMaxText) return refused(proxy, "a host's name may have 255 bytes");
  std::string hello{kVersion, 1, kNoPassword};
  if (!proxy.user.empty()) hello = {kVersion, 2, kNoPassword, kPassword};
  RETURN_IF_ERROR(connection.send(hello, limit));
  ASSIGN_OR_RETURN(const std::string method, receive_exactly(connection, 2, limit));
  if (method[0] != kVersion) return refused(proxy, "it does not speak SOCKS 5");
  if (method[1] == kPassword && !proxy.user.empty()) {
    RETURN_IF_ERROR(log_in(connection, proxy, limit));
  } else if (method[1] != kNoPassword) {
    return refused(proxy, proxy.user.empty() ? "it wants user and password"
                                             : "it accepts no authentication method that we offer");
  }
  std::string request{kVersion, kConnect, 0};
  request += address_of(host);
  request += static_cast<char>(port >> 8);
  request += static_cast<char>(port & 255);
  RETURN_IF_ERROR(connection.send(request, limit));
  ASSIGN_OR_RETURN(const std::string head, receive_exactly(connection, 4, limit));
  if (head[1] != 0) {
    return refused(proxy,
                   reason(head[1]) + (" when asked for " + host + ":" + std::to_string(port)));
  }
  // The address that the proxy connects from follows; nobody needs it.
  size_t left = head[3] == kIpv6 ? 16 : 4;
  if (head[3] == kName) {
    ASSIGN_OR_RETURN(const std::string length, receive_exactly(connection, 1, limit));
    left = static_cast<unsigned char>(length[0]);
  }
  ASSIGN_OR_RETURN(const std::string from, receive_exactly(connection, left + 2, limit));
  return {};
}

}  // namespace logsvc::net
