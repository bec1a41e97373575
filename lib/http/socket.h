// The few calls on sockets that the server side of HTTP needs.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace logsvc::http {

// Opens a socket that listens and is non-blocking. With port 0 the system chooses. kUnavailable if
// the address is taken or not this machine's.
Result<int> listen_on(const std::string& host, int port);
int port_of(int socket);
// Returns the numeric address of the peer; empty if it is gone.
std::string peer_of(int socket);
// Waits until the socket can be read (or written); returns false when the time is over.
bool wait_for_socket(int socket, bool to_write, int timeout_ms);
// Whether it is an address of 127.0.0.0/8, ::1, or "localhost".
bool is_loopback(const std::string& address);
// Returns the numeric addresses of all interfaces of this machine.
std::vector<std::string> own_addresses();

}  // namespace logsvc::http
