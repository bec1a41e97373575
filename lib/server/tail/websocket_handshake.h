// The opening handshake of RFC 6455.
#pragma once

#include <httplib.h>

#include <string>

namespace logsvc::server {

// The 101 answer, or empty if the request lacks what the RFC asks for.
std::string websocket_accept(const httplib::Request& request);

}  // namespace logsvc::server
