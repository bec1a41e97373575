#include "net/tls.h"

#include <openssl/err.h>
#include <poll.h>

#include <string_view>

#include "net/pem.h"
#include "tls/certificate.h"
#include "tls/fingerprint.h"
#include "tls/openssl.h"
#include "tls/socket_bio.h"

namespace logsvc::net {
namespace {

Error unavailable(const std::string& what) { return {ErrorCode::kUnavailable, what}; }

// Returns the oldest reason that the library has queued, with what may help.
std::string tls_error() {
  std::string text = tls::take_tls_error("the connection broke");
  if (text.find("certificate required") != std::string::npos)
    text += "; the server wants a client's certificate: give cert_file and key_file";
  if (text == "wrong version number")
    text += "; the other side does not speak TLS; did you mean http://?";
  return text;
}

// certificate is the one that is wrong: the server's, or one of those above it.
std::string certificate_error(X509* certificate, int depth, int why, const std::string& host) {
  const std::string what =
      (depth == 0 ? "the certificate of " : "an authority above the certificate of ") + host;
  switch (why) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return what + " is not for this host but for " + tls::names_of(*certificate) +
             "; if that is the server, set server_name, or its fingerprint";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return what + " has expired: it was valid until " +
             tls::time_text(*X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return what + " is not valid before " + tls::time_text(*X509_get0_notBefore(certificate)) +
             "; is this machine's clock right?";
    default:
      return "the certificate of " + host +
             " is not trusted: " + X509_verify_cert_error_string(why) +
             "; give its authority as ca_file, or its fingerprint";
  }
}

// How long a proxy may take to accept what is sent through it.
constexpr WaitLimit kCarried{10'000};

int write_carried(BIO* bio, const char* bytes, int n) {
  auto* const connection = static_cast<Connection*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto sent = connection->send({bytes, static_cast<size_t>(n)}, kCarried);
  return sent.ok() ? n : -1;
}

int read_carried(BIO* bio, char* to, int n) {
  auto* const connection = static_cast<Connection*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto got = connection->receive(to, static_cast<size_t>(n));
  if (got.ok()) return static_cast<int>(*got);
  if (got.error().code == ErrorCode::kTimeout) BIO_set_retry_read(bio);
  return -1;
}

long control_carried(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

// The BIO method that carries TLS within another connection; made once, then kept.
const BIO_METHOD* carrier() {
  static const BIO_METHOD* const kCarrier = [] {
    BIO_METHOD* const out = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "connection");
    BIO_meth_set_write(out, write_carried);
    BIO_meth_set_read(out, read_carried);
    BIO_meth_set_ctrl(out, control_carried);
    return out;
  }();
  return kCarrier;
}

class OpenSslClient : public TlsClient {
 public:
  OpenSslClient(SSL_CTX* context, std::string fingerprint)
      : context_(context), fingerprint_(std::move(fingerprint)) {}
  SSL_CTX* context() const { return context_.get(); }
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  const tls::ContextPtr context_;
  const std::string fingerprint_;
};

class TlsConnection : public Connection {
 public:
  TlsConnection(std::unique_ptr<Connection> plain, std::shared_ptr<TlsClient> client)
      : plain_(std::move(plain)),
        client_(std::move(client)),
        ssl_(SSL_new(static_cast<OpenSslClient&>(*client_).context())) {}

  Status handshake(const std::string& host, const WaitLimit& limit) {
    SSL* const ssl = ssl_.get();
    host_ = host;
    SSL_set_app_data(ssl, this);
    if (!carry(ssl)) return unavailable("out of memory for TLS");
    // The certificate must name the host or address. Addresses are not sent as SNI.
    if (!X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str())) {
      SSL_set1_host(ssl, host.c_str());
      SSL_set_tlsext_host_name(ssl, host.c_str());
    }
    ERR_clear_error();
    while (true) {
      const int done = SSL_connect(ssl);
      if (done == 1) return {};
      if (!refusal_.empty()) {
        ERR_clear_error();
        return unavailable(refusal_);
      }
      RETURN_IF_ERROR(wait_after(done, limit, "TLS handshake with " + host));
    }
  }
  Status send(std::string_view bytes, const WaitLimit& limit) override {
    ERR_clear_error();
    while (!bytes.empty()) {
      const int n = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
      if (n > 0) {
        bytes.remove_prefix(static_cast<size_t>(n));
      } else {
        RETURN_IF_ERROR(wait_after(n, limit, "TLS"));
      }
    }
    return {};
  }
  Result<size_t> receive(char* to, size_t n) override {
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), to, static_cast<int>(n));
    if (got > 0) return static_cast<size_t>(got);
    const int reason = SSL_get_error(ssl_.get(), got);
    if (reason == SSL_ERROR_ZERO_RETURN) return size_t{0};
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE)
      return Error{ErrorCode::kTimeout, "no answer in time"};
    return unavailable("TLS: " + tls_error());
  }
  int fd() const override { return plain_->fd(); }

  // OpenSSL calls this for each certificate; the first that is wrong is reported.
  static int on_verified(int ok, X509_STORE_CTX* context) {
    TlsConnection* const self = of(*context);
    X509* const certificate = X509_STORE_CTX_get_current_cert(context);
    if (!ok && certificate && self->refusal_.empty()) {
      self->refusal_ = certificate_error(certificate, X509_STORE_CTX_get_error_depth(context),
                                         X509_STORE_CTX_get_error(context), self->host_);
    }
    return ok;
  }

  // OpenSSL calls this instead of verifying where a fingerprint says which certificate it is.
  static int compare_fingerprint(X509_STORE_CTX* context, void*) {
    TlsConnection* const self = of(*context);
    X509* const certificate = X509_STORE_CTX_get0_cert(context);
    const std::string& wanted = static_cast<const OpenSslClient&>(*self->client_).fingerprint();
    const std::string found = certificate ? tls::fingerprint_of(*certificate) : "";
    if (!found.empty() && found == wanted) return 1;
    self->refusal_ = "the certificate of " + self->host_ + " has the fingerprint " +
                     tls::shown_fingerprint(found) + ", expected " + tls::shown_fingerprint(wanted);
    X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }

 private:
  static TlsConnection* of(X509_STORE_CTX& context) {
    const void* const ssl =
        X509_STORE_CTX_get_ex_data(&context, SSL_get_ex_data_X509_STORE_CTX_idx());
    return static_cast<TlsConnection*>(SSL_get_app_data(static_cast<const SSL*>(ssl)));
  }

  Status wait_after(int result, const WaitLimit& limit, const std::string& what) {
    const int reason = SSL_get_error(ssl_.get(), result);
    if (reason == SSL_ERROR_WANT_READ) return wait_for(fd(), POLLIN, limit);
    if (reason == SSL_ERROR_WANT_WRITE) return wait_for(fd(), POLLOUT, limit);
    return unavailable(what + ": " + tls_error());
  }

  // Runs over the socket itself, or within the TLS of a proxy.
  bool carry(SSL* ssl) {
    if (plain_->is_plain()) return tls::use_socket(*ssl, plain_->fd());
    BIO* const bio = BIO_new(carrier());
    if (!bio) return false;
    BIO_set_data(bio, plain_.get());
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    return true;
  }

  const std::unique_ptr<Connection> plain_;
  const std::shared_ptr<TlsClient> client_;
  const tls::SslPtr ssl_;
  std::string host_;     // whose certificate is wanted
  std::string refusal_;  // why it is not taken
};

Result<int> version_number(const std::string& name, int otherwise) {
  if (name.empty()) return otherwise;
  if (name == "TLS10") return TLS1_VERSION;
  if (name == "TLS11") return TLS1_1_VERSION;
  if (name == "TLS12") return TLS1_2_VERSION;
  if (name == "TLS13") return TLS1_3_VERSION;
  return invalid("unknown TLS version \"" + name + "\"");
}

}  // namespace

Result<std::shared_ptr<TlsClient>> TlsClient::make(const Options& options) {
  std::string fingerprint;
  if (!options.fingerprint.empty()) {
    ASSIGN_OR_RETURN(fingerprint, tls::parse_fingerprint(options.fingerprint));
  }
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (!context) return Error{ErrorCode::kIo, "out of memory for TLS"};
  auto client = std::make_shared<OpenSslClient>(context, fingerprint);
  const bool by_fingerprint = !fingerprint.empty();
  const bool verify = options.verify || by_fingerprint;
  ASSIGN_OR_RETURN(const int min, version_number(options.min_version, TLS1_2_VERSION));
  ASSIGN_OR_RETURN(const int max, version_number(options.max_version, 0));
  SSL_CTX_set_min_proto_version(context, min);
  SSL_CTX_set_max_proto_version(context, max);
  // A write that is tried again may come from elsewhere in memory. A connection that is not being
  // read has no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                     verify ? TlsConnection::on_verified : nullptr);
  if (by_fingerprint) {
    SSL_CTX_set_cert_verify_callback(context, TlsConnection::compare_fingerprint, nullptr);
  }
  const std::string &ca = options.ca_file, &cert = options.cert_file, &key = options.key_file;
  ERR_clear_error();
  if (verify && ca.empty() && !by_fingerprint) (void)SSL_CTX_set_default_verify_paths(context);
  if (!ca.empty() && SSL_CTX_load_verify_file(context, ca.c_str()) != 1)
    return invalid(ca + ": no certificates of authorities: " + tls_error());
  if (!cert.empty() && SSL_CTX_use_certificate_chain_file(context, cert.c_str()) != 1)
    return invalid(cert + ": no certificate: " + tls_error());
  if (!key.empty() && SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return invalid(key + ": no key of the certificate: " + tls_error());
  return std::shared_ptr<TlsClient>(std::move(client));
}

Result<std::shared_ptr<TlsClient>> TlsClient::of(const TlsConfig& config) {
  ASSIGN_OR_RETURN(const PemFile ca, PemFile::open(config.ca, config.ca_file));
  ASSIGN_OR_RETURN(const PemFile cert, PemFile::open(config.cert, config.cert_file));
  ASSIGN_OR_RETURN(const PemFile key, PemFile::open(config.key, config.key_file));
  if (cert.empty() != key.empty()) return invalid("a client certificate needs cert and key");
  return make({ca.path(), cert.path(), key.path(), !config.insecure_skip_verify, config.min_version,
               config.max_version, config.fingerprint});
}

Result<std::unique_ptr<Connection>> secure(std::unique_ptr<Connection> plain,
                                           const std::shared_ptr<TlsClient>& client,
                                           const std::string& server_name, const WaitLimit& limit) {
  auto secured = std::make_unique<TlsConnection>(std::move(plain), client);
  RETURN_IF_ERROR(secured->handshake(server_name, limit));
  return std::unique_ptr<Connection>(std::move(secured));
}

}  // namespace logsvc::net
