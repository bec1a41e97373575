// The opening handshake of RFC 6455.
#pragma once

#include <string>

#include "http/message.h"
#include "http/stream.h"

namespace logsvc::server {

// Returns the 101 answer, or an empty text if the request lacks what the RFC asks for.
std::string websocket_accept(const http::Request& request);

// Sends it; returns false if the connection is broken.
bool accept_upgrade(http::Stream& stream, const std::string& answer);

}  // namespace logsvc::server
