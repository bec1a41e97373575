#include "net/tls_server.h"

#include <openssl/err.h>

#include <string>

#include "net/pem.h"
#include "tls/openssl.h"
#include "tls/socket_bio.h"

namespace logsvc::net {
namespace {

using Context = std::shared_ptr<SSL_CTX>;

std::string why() { return tls::take_tls_error("the connection broke"); }

class ServedConnection : public Connection {
 public:
  ServedConnection(std::unique_ptr<Connection> plain, const Context& context)
      : plain_(std::move(plain)), context_(context), ssl_(SSL_new(context.get())) {
    tls::use_socket(*ssl_, plain_->fd());
    SSL_set_accept_state(ssl_.get());
  }
  // A listener sends nothing back.
  Status send(std::string_view, const WaitLimit&) override {
    return invalid("cannot send over a connection of a listener");
  }
  Result<size_t> receive(char* to, size_t n) override {
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), to, static_cast<int>(n));
    if (got > 0) return static_cast<size_t>(got);
    const int reason = SSL_get_error(ssl_.get(), got);
    if (reason == SSL_ERROR_ZERO_RETURN) return size_t{0};
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE)
      return Error{ErrorCode::kTimeout, "nothing yet"};
    return Error{ErrorCode::kUnavailable, "TLS: " + why()};
  }
  int fd() const override { return plain_->fd(); }

 private:
  const std::unique_ptr<Connection> plain_;
  const Context context_;
  const tls::SslPtr ssl_;
};

class OpenSslServer : public TlsServer {
 public:
  explicit OpenSslServer(Context context) : context_(std::move(context)) {}
  std::unique_ptr<Connection> serve(std::unique_ptr<Connection> plain) override {
    return std::make_unique<ServedConnection>(std::move(plain), context_);
  }

 private:
  const Context context_;
};

}  // namespace

Result<std::shared_ptr<TlsServer>> TlsServer::of(const TlsConfig& config) {
  ASSIGN_OR_RETURN(const PemFile ca, PemFile::open(config.ca, config.ca_file));
  ASSIGN_OR_RETURN(const PemFile cert, PemFile::open(config.cert, config.cert_file));
  ASSIGN_OR_RETURN(const PemFile key, PemFile::open(config.key, config.key_file));
  if (cert.empty() || key.empty()) return invalid("a server needs cert_file and key_file");
  const Context context(SSL_CTX_new(TLS_server_method()), tls::OpenSslFree());
  if (!context) return Error{ErrorCode::kIo, "out of memory for TLS"};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context.get(), cert.path().c_str()) != 1)
    return invalid(cert.path() + ": no certificate: " + why());
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.path().c_str(), SSL_FILETYPE_PEM) != 1)
    return invalid(key.path() + ": no key of the certificate: " + why());
  if (!ca.empty()) {
    if (SSL_CTX_load_verify_file(context.get(), ca.path().c_str()) != 1)
      return invalid(ca.path() + ": no certificates of authorities: " + why());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return std::shared_ptr<TlsServer>(std::make_shared<OpenSslServer>(context));
}

}  // namespace logsvc::net
