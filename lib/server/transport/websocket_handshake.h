// The opening handshake of RFC 6455.
#pragma once

#include <string>

#include "http/message.h"

namespace logsvc::server {

// The 101 answer, or empty if the request lacks what the RFC asks for.
std::string websocket_accept(const http::Request& request);

// Sends it; false: the connection is broken.
bool accept_upgrade(int socket, const std::string& answer);

}  // namespace logsvc::server
