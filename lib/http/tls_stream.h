// TLS over an accepted socket. Only files that call OpenSSL include this.
#pragma once

#include <memory>

#include "http/stream.h"
#include "tls/openssl.h"

namespace logsvc::http {

// Owns the socket. The session keeps the context's settings alive. Memory: what OpenSSL keeps of
// one handshake (at most 128 KiB while it lasts) and of one record.
std::unique_ptr<Stream> make_tls_stream(int socket, SSL_CTX& context);

}  // namespace logsvc::http
