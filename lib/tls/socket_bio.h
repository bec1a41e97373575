// TLS over a socket without the signal that OpenSSL's own writing raises when the peer has gone.
#pragma once

#include "tls/openssl.h"

namespace logsvc::tls {

// Does what SSL_set_fd() does: the socket stays the caller's. Reads and writes never wait. Returns
// false if memory runs out.
bool use_socket(SSL& ssl, int socket);

}  // namespace logsvc::tls
