#include "client/web_socket.h"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace logsvc::client {
namespace {

constexpr size_t kMostHeaderBytes = 64 << 10;
constexpr uint64_t kMostMessageBytes = 64 << 20;
enum Opcode : uint8_t { kContinuation = 0, kText = 1, kClose = 8, kPing = 9, kPong = 10 };

Error gone(const std::string& what) { return {ErrorCode::kUnavailable, what}; }

// A TCP connection, with TLS or without.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    if (fd_ >= 0) ::close(fd_);
  }

  Status open(const ServerAddress& address, const ClientOptions& options) {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    const std::string port = std::to_string(address.port);
    if (const int failed = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found)) {
      return gone("cannot reach " + address.origin() + ": " + gai_strerror(failed));
    }
    for (const addrinfo* a = found; a && fd_ < 0; a = a->ai_next) {
      fd_ = ::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
      if (fd_ >= 0 && ::connect(fd_, a->ai_addr, a->ai_addrlen) != 0) {
        ::close(fd_);
        fd_ = -1;
      }
    }
    ::freeaddrinfo(found);
    if (fd_ < 0) return gone("cannot reach " + address.origin());
    const int on = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    return address.tls ? start_tls(address, options) : Status();
  }

  // Bytes read, at least one; kUnavailable at the end.
  Result<size_t> read(char* to, size_t size) {
    const auto n = ssl_ ? SSL_read(ssl_, to, static_cast<int>(size)) : ::recv(fd_, to, size, 0);
    if (n <= 0) return gone("the connection ended");
    return static_cast<size_t>(n);
  }
  Status write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                          : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return gone("the connection ended");
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }

 private:
  Status start_tls(const ServerAddress& address, const ClientOptions& options) {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_default_verify_paths(context_);
    const auto file = [](const std::string& path) { return path.empty() ? nullptr : path.c_str(); };
    if (file(options.ca_cert) && SSL_CTX_load_verify_file(context_, file(options.ca_cert)) != 1) {
      return invalid("cannot read the certificates in " + options.ca_cert);
    }
    if (file(options.cert) &&
        (SSL_CTX_use_certificate_chain_file(context_, file(options.cert)) != 1 ||
         SSL_CTX_use_PrivateKey_file(context_, file(options.key), SSL_FILETYPE_PEM) != 1)) {
      return invalid("cannot use the client certificate " + options.cert);
    }
    SSL_CTX_set_verify(context_, options.tls_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                       nullptr);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, fd_);
    SSL_set_tlsext_host_name(ssl_, address.host.c_str());
    if (!options.tls_skip_verify) SSL_set1_host(ssl_, address.host.c_str());
    if (SSL_connect(ssl_) == 1) return {};
    std::array<char, 256> why{};
    ERR_error_string_n(ERR_get_error(), why.data(), why.size());
    return gone("TLS with " + address.origin() + " fails: " + why.data());
  }

  int fd_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
};

class TailSocket : public WebSocket {
 public:
  Status open(const ClientOptions& options, const std::string& target) {
    ASSIGN_OR_RETURN(const ServerAddress address, parse_address(options.address));
    RETURN_IF_ERROR(connection_.open(address, options));
    ASSIGN_OR_RETURN(const auto headers, request_headers(options, address));
    std::string request = "GET " + address.prefix + target + " HTTP/1.1\r\nHost: " + address.host +
                          ":" + std::to_string(address.port) +
                          "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
                          key() + "\r\n";
    for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
    RETURN_IF_ERROR(connection_.write(request + "\r\n"));
    return read_answer();
  }

  Result<std::string> read() override {
    std::string message;
    while (true) {
      ASSIGN_OR_RETURN(const std::string head, take(2));
      const auto first = static_cast<uint8_t>(head[0]), second = static_cast<uint8_t>(head[1]);
      ASSIGN_OR_RETURN(const uint64_t length, payload_length(second & 127u));
      if (message.size() + length > kMostMessageBytes) return gone("a message is too long");
      std::string mask;
      if (second & 128u) {
        ASSIGN_OR_RETURN(mask, take(4));
      }
      ASSIGN_OR_RETURN(std::string payload, take(length));
      for (size_t i = 0; i < payload.size() && !mask.empty(); ++i) payload[i] ^= mask[i % 4];
      switch (first & 15u) {
        case kClose:
          (void)send(kClose, payload);
          return gone(payload.size() > 2 ? "the server ended the tail: " + payload.substr(2)
                                         : "the server ended the tail");
        case kPing:
          RETURN_IF_ERROR(send(kPong, payload));
          break;
        case kPong:
          break;
        default:
          message += payload;
          if (first & 128u) return message;
      }
    }
  }

 private:
  static std::string key() {
    // Any 16 bytes; base64 of ones that need no care.
    std::array<unsigned char, 16> bytes{};
    RAND_bytes(bytes.data(), bytes.size());
    std::array<unsigned char, 32> out{};
    EVP_EncodeBlock(out.data(), bytes.data(), bytes.size());
    return reinterpret_cast<const char*>(out.data());
  }

  Status read_answer() {
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (buffer_.size() > kMostHeaderBytes) return gone("the server's answer is no HTTP");
      RETURN_IF_ERROR(fill());
    }
    const size_t end = buffer_.find("\r\n\r\n");
    const std::string status = buffer_.size() > 12 ? buffer_.substr(9, 3) : "";
    buffer_.erase(0, end + 4);
    if (status == "101") return {};
    while (buffer_.size() < kMostHeaderBytes && fill().ok()) {
    }
    while (buffer_.ends_with('\n')) buffer_.pop_back();
    const bool refused = status == "401" || status == "403";
    return Error{refused ? ErrorCode::kPermission : ErrorCode::kInvalid,
                 "the server answered " + status + (buffer_.empty() ? "" : ": " + buffer_)};
  }

  Status fill() {
    std::vector<char> piece(16 << 10);
    ASSIGN_OR_RETURN(const size_t n, connection_.read(piece.data(), piece.size()));
    buffer_.append(piece.data(), n);
    return {};
  }
  Result<std::string> take(uint64_t n) {
    while (buffer_.size() < n) RETURN_IF_ERROR(fill());
    std::string out = buffer_.substr(0, n);
    buffer_.erase(0, n);
    return out;
  }
  Result<uint64_t> payload_length(uint64_t short_form) {
    if (short_form < 126) return short_form;
    ASSIGN_OR_RETURN(const std::string bytes, take(short_form == 126 ? 2 : 8));
    uint64_t out = 0;
    for (const char c : bytes) out = out << 8 | static_cast<uint8_t>(c);
    return out;
  }
  // A client's frames are masked; with zeros they stay as they are.
  Status send(Opcode opcode, const std::string& payload) {
    std::string frame(1, static_cast<char>(128u | opcode));
    frame += static_cast<char>(128u | std::min<size_t>(payload.size(), 125));
    frame.append(4, '\0');
    return connection_.write(frame + payload.substr(0, 125));
  }

  Connection connection_;
  std::string buffer_;
};

}  // namespace

Result<std::unique_ptr<WebSocket>> WebSocket::connect(const ClientOptions& options,
                                                      const std::string& target) {
  auto out = std::make_unique<TailSocket>();
  RETURN_IF_ERROR(out->open(options, target));
  return std::unique_ptr<WebSocket>(std::move(out));
}

}  // namespace logsvc::client
