// The opening handshake of RFC 6455.
#pragma once

#include <string>

#include "http/message.h"

namespace logsvc::server {

// The 101 answer, or empty if the request lacks what the RFC asks for.
std::string websocket_accept(const http::Request& request);

}  // namespace logsvc::server
