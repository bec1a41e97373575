#include "agent/net/connection.h"

#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace logsvc::agent {
namespace {

Error unavailable(const std::string& what) { return {ErrorCode::kUnavailable, what}; }
Error nothing_yet() { return {ErrorCode::kTimeout, "no answer in time"}; }

Status wait_for(int fd, short events, int timeout_ms) {
  pollfd p{fd, events, 0};
  int n;
  do {
    n = ::poll(&p, 1, timeout_ms);
  } while (n < 0 && errno == EINTR);
  if (n == 0) return nothing_yet();
  if (n < 0) return unavailable(std::strerror(errno));
  return {};
}

class PlainConnection : public Connection {
 public:
  explicit PlainConnection(int fd) : fd_(fd) {}
  ~PlainConnection() override { ::close(fd_); }
  PlainConnection(const PlainConnection&) = delete;
  PlainConnection& operator=(const PlainConnection&) = delete;

  Status send(std::string_view bytes, int timeout_ms) override {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n > 0) {
        bytes.remove_prefix(static_cast<size_t>(n));
      } else if (errno == EAGAIN) {
        RETURN_IF_ERROR(wait_for(fd_, POLLOUT, timeout_ms));
      } else if (errno != EINTR) {
        return unavailable(std::string("the connection broke: ") + std::strerror(errno));
      }
    }
    return {};
  }
  Result<size_t> receive(char* to, size_t n) override {
    while (true) {
      const ssize_t got = ::recv(fd_, to, n, 0);
      if (got >= 0) return static_cast<size_t>(got);
      if (errno == EAGAIN || errno == EWOULDBLOCK) return nothing_yet();
      if (errno != EINTR)
        return unavailable(std::string("the connection broke: ") + std::strerror(errno));
    }
  }
  int fd() const override { return fd_; }

 private:
  const int fd_;
};

std::string tls_error() {
  char text[256] = "unknown";
  if (const unsigned long code = ERR_get_error(); code != 0)
    ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

class OpenSslClient : public TlsClient {
 public:
  explicit OpenSslClient(SSL_CTX* context) : context_(context) {}
  ~OpenSslClient() override { SSL_CTX_free(context_); }
  OpenSslClient(const OpenSslClient&) = delete;
  OpenSslClient& operator=(const OpenSslClient&) = delete;
  SSL_CTX* context() const { return context_; }

 private:
  SSL_CTX* const context_;
};

class TlsConnection : public Connection {
 public:
  TlsConnection(std::unique_ptr<PlainConnection> plain, std::shared_ptr<TlsClient> client)
      : plain_(std::move(plain)),
        client_(std::move(client)),
        ssl_(SSL_new(static_cast<OpenSslClient&>(*client_).context())) {}
  ~TlsConnection() override { SSL_free(ssl_); }
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;

  Status handshake(const std::string& host, int timeout_ms) {
    SSL_set_fd(ssl_, plain_->fd());
    SSL_set_tlsext_host_name(ssl_, host.c_str());
    // A name or an address, as the certificate has it.
    X509_VERIFY_PARAM* const verify = SSL_get0_param(ssl_);
    if (!X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str())) SSL_set1_host(ssl_, host.c_str());
    while (true) {
      const int done = SSL_connect(ssl_);
      if (done == 1) return {};
      RETURN_IF_ERROR(wait_after(done, timeout_ms, "TLS handshake with " + host));
    }
  }
  Status send(std::string_view bytes, int timeout_ms) override {
    while (!bytes.empty()) {
      const int n = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
      if (n > 0) {
        bytes.remove_prefix(static_cast<size_t>(n));
      } else {
        RETURN_IF_ERROR(wait_after(n, timeout_ms, "TLS"));
      }
    }
    return {};
  }
  Result<size_t> receive(char* to, size_t n) override {
    const int got = SSL_read(ssl_, to, static_cast<int>(n));
    if (got > 0) return static_cast<size_t>(got);
    const int reason = SSL_get_error(ssl_, got);
    if (reason == SSL_ERROR_ZERO_RETURN) return size_t{0};
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) return nothing_yet();
    return unavailable("TLS: " + tls_error());
  }
  int fd() const override { return plain_->fd(); }

 private:
  Status wait_after(int result, int timeout_ms, const std::string& what) {
    const int reason = SSL_get_error(ssl_, result);
    if (reason == SSL_ERROR_WANT_READ) return wait_for(fd(), POLLIN, timeout_ms);
    if (reason == SSL_ERROR_WANT_WRITE) return wait_for(fd(), POLLOUT, timeout_ms);
    return unavailable(what + ": " + tls_error());
  }

  const std::unique_ptr<PlainConnection> plain_;
  const std::shared_ptr<TlsClient> client_;
  SSL* const ssl_;
};

// -1 with errno.
int connect_to(const addrinfo& a, int timeout_ms) {
  const int fd = ::socket(a.ai_family, a.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a.ai_protocol);
  if (fd < 0) return -1;
  int failure = 0;
  if (::connect(fd, a.ai_addr, a.ai_addrlen) != 0) {
    failure = errno;
    if (failure == EINPROGRESS) {
      socklen_t size = sizeof failure;
      if (!wait_for(fd, POLLOUT, timeout_ms).ok()) {
        failure = ETIMEDOUT;
      } else if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) {
        failure = errno;
      }
    }
  }
  if (failure == 0) return fd;
  ::close(fd);
  errno = failure;
  return -1;
}

}  // namespace

Result<std::shared_ptr<TlsClient>> TlsClient::make(const std::string& ca_file,
                                                   const std::string& cert_file,
                                                   const std::string& key_file, bool verify) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  auto client = std::make_shared<OpenSslClient>(context);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // A write that is tried again may come from elsewhere in memory.
  SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  const bool has_ca = ca_file.empty()
                          ? SSL_CTX_set_default_verify_paths(context) == 1
                          : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) == 1;
  if (verify && !has_ca) return invalid(ca_file + ": " + tls_error());
  if (!cert_file.empty() && SSL_CTX_use_certificate_chain_file(context, cert_file.c_str()) != 1) {
    return invalid(cert_file + ": " + tls_error());
  }
  if (!key_file.empty() &&
      SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return invalid(key_file + ": " + tls_error());
  }
  return std::shared_ptr<TlsClient>(std::move(client));
}

Result<std::unique_ptr<Connection>> Connection::to_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return invalid("the socket path is too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return unavailable(std::strerror(errno));
  auto connection = std::make_unique<PlainConnection>(fd);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int number = errno;
    if (number == EACCES || number == EPERM) {
      return Error{ErrorCode::kPermission, path + ": " + std::strerror(number) +
                                               "; run as a member of the docker group or as root"};
    }
    return unavailable("cannot connect to " + path + ": " + std::strerror(number));
  }
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return std::unique_ptr<Connection>(std::move(connection));
}

Result<std::unique_ptr<Connection>> Connection::to_tcp(const std::string& host, int port,
                                                       const std::shared_ptr<TlsClient>& tls,
                                                       int timeout_ms,
                                                       const std::string& server_name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    return unavailable("cannot resolve " + host);
  int fd = -1, failure = 0;
  for (const addrinfo* a = found; a && fd < 0; a = a->ai_next) {
    fd = connect_to(*a, timeout_ms);
    failure = errno;
  }
  ::freeaddrinfo(found);
  if (fd < 0) {
    return unavailable("cannot connect to " + host + ":" + std::to_string(port) + ": " +
                       std::strerror(failure));
  }
  const int on = 1;  // a peer that vanished is noticed within minutes
  (void)::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  auto plain = std::make_unique<PlainConnection>(fd);
  if (!tls) return std::unique_ptr<Connection>(std::move(plain));
  auto secured = std::make_unique<TlsConnection>(std::move(plain), tls);
  RETURN_IF_ERROR(secured->handshake(server_name.empty() ? host : server_name, timeout_ms));
  return std::unique_ptr<Connection>(std::move(secured));
}

}  // namespace logsvc::agent
