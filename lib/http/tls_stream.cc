#include "http/tls_stream.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>

#include "tls/certificate.h"
#include "tls/socket_bio.h"

namespace logsvc::http {
namespace {

constexpr size_t kRecordBytes = 16 * 1024;  // the most that one carries

// Whether the bytes are the beginning of a request in plain text. A record of TLS begins with its
// type, 20 to 24.
bool is_letter(char first) {
  return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
}

class TlsStream : public Stream {
 public:
  TlsStream(int socket, SSL_CTX& context) : Stream(socket), ssl_(SSL_new(&context)) {
    identity_.secure = true;
    if (!ssl_ || !tls::use_socket(*ssl_, socket)) {
      broken_ = true;
      return;
    }
    SSL_set_accept_state(ssl_.get());
  }

  Moved read(char* to, size_t n) override {
    if (broken_) return {State::kEnded};
    if (!established_) {
      if (const State state = shake_hands(); state != State::kDone) return {state};
    }
    // A record that does not fit would stay in memory, where no event tells of it.
    size_t got = 0;
    while (got == 0 || n - got >= kRecordBytes) {
      ERR_clear_error();
      const int room = static_cast<int>(std::min<size_t>(n - got, kMaxAtOnce));
      const int more = SSL_read(ssl_.get(), to + got, room);
      if (more <= 0) {
        const State state = state_after(more);
        return got > 0 ? Moved{State::kDone, got} : Moved{state};
      }
      got += static_cast<size_t>(more);
    }
    return {State::kDone, got};
  }

  Moved write(std::string_view bytes) override {
    if (broken_ || ended_) return {State::kEnded};
    if (bytes.empty()) return {State::kDone};
    ERR_clear_error();
    const int size = static_cast<int>(std::min<size_t>(bytes.size(), kMaxAtOnce));
    const int sent = SSL_write(ssl_.get(), bytes.data(), size);
    if (sent > 0) return {State::kDone, static_cast<size_t>(sent)};
    const State state = state_after(sent);
    // Without renegotiation a write never waits for the peer's bytes.
    return {state == State::kWantsWrite ? state : State::kEnded};
  }

  // Joins as much as one record carries.
  Moved write_parts(std::span<const std::string_view> parts) override {
    std::string joined;
    for (const std::string_view part : parts) {
      joined += part.substr(0, kRecordBytes - joined.size());
    }
    return write(joined);
  }

  bool end() override {
    if (!broken_ && established_ && !ended_) {
      ERR_clear_error();
      const int done = SSL_shutdown(ssl_.get());
      if (done < 0 && state_after(done) == State::kWantsWrite) return false;
    }
    ended_ = true;
    ::shutdown(socket(), SHUT_WR);
    return true;
  }

  bool established() const override { return established_; }
  bool holds_input() const override { return !broken_ && SSL_pending(ssl_.get()) > 0; }
  const PeerIdentity& peer_identity() const override { return identity_; }
  std::string failure() const override { return failure_; }

 private:
  static constexpr size_t kMaxAtOnce = 1u << 30;  // the library counts with int

  State shake_hands() {
    if (!looked_) {
      char first = 0;
      const ssize_t n = ::recv(socket(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
      looked_ = n > 0;
      if (n > 0 && is_letter(first)) {
        broken_ = true;
        return State::kNotTls;
      }
    }
    ERR_clear_error();
    const int done = SSL_accept(ssl_.get());
    if (done != 1) return state_after(done);
    established_ = true;
    // Sessions that are taken up again keep what was verified.
    const tls::CertificatePtr certificate(SSL_get1_peer_certificate(ssl_.get()));
    if (certificate && SSL_get_verify_result(ssl_.get()) == X509_V_OK) {
      identity_.has_certificate = true;
      identity_.certificate_name = tls::common_name_of(*certificate);
    }
    return State::kDone;
  }

  State state_after(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return State::kWantsRead;
      case SSL_ERROR_WANT_WRITE:
        return State::kWantsWrite;
      case SSL_ERROR_ZERO_RETURN:  // the peer said that it ends
        return State::kEnded;
      default:
        broken_ = true;
        if (!established_) failure_ = handshake_failure();
        ERR_clear_error();
        return State::kEnded;
    }
  }

  std::string handshake_failure() {
    std::string out = tls::take_tls_error("");
    if (const long why = SSL_get_verify_result(ssl_.get()); why != X509_V_OK) {
      out += std::string(": the client's certificate: ") + X509_verify_cert_error_string(why);
    }
    return out;
  }

  const tls::SslPtr ssl_;
  PeerIdentity identity_;
  std::string failure_;
  bool looked_ = false;  // at the first byte
  bool established_ = false;
  bool ended_ = false;   // end() was called
  bool broken_ = false;  // the library may not be called any more
};

}  // namespace

std::unique_ptr<Stream> make_tls_stream(int socket, SSL_CTX& context) {
  return std::make_unique<TlsStream>(socket, context);
}

}  // namespace logsvc::http
