// SOCKS version 5 (RFC 1928, RFC 1929), which carries any connection through a proxy.
#pragma once

#include <string>

#include "base/result.h"
#include "net/connection.h"
#include "net/url.h"

namespace logsvc::net {

// Asks the proxy that the connection leads to for a connection to host and port, which it then
// carries. Names are left to the proxy to resolve, as Go's programs do for socks5 and socks5h
// alike. kUnavailable says what the proxy refused.
Status connect_by_socks(Connection& connection, const Url& proxy, const std::string& host, int port,
                        const WaitLimit& limit);

}  // namespace logsvc::net
