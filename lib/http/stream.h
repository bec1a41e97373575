// The bytes of one accepted connection, plain or by TLS: the rest of the server does not see the
// difference. Nothing here waits. Owns the socket, which is non-blocking. For one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace logsvc::http {

// What TLS says about a connection.
struct PeerIdentity {
  bool secure = false;             // the connection is encrypted
  bool has_certificate = false;    // the peer showed one, and it is of an authority we accept
  std::string certificate_name{};  // its common name; may be empty
};

class Stream {
 public:
  enum class State {
    kDone,        // some bytes were moved
    kWantsRead,   // nothing for now: try again when the socket can be read
    kWantsWrite,  // nothing for now: try again when the socket can be written
    kEnded,       // nothing will come any more, or the peer is gone
    kNotTls,      // the peer speaks plain text where TLS is expected; only before established()
  };
  struct Moved {
    State state;
    size_t bytes = 0;
  };

  static std::unique_ptr<Stream> plain(int socket);
  virtual ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  int socket() const { return socket_; }
  // Gives up the socket, which the caller closes.
  int release_socket();

  // Reads up to n bytes; with TLS this makes the handshake first.
  virtual Moved read(char* to, size_t n) = 0;
  // Writes as much as the socket takes. After kWantsWrite the next call must begin with the same
  // bytes, and have at least as many: with TLS they are encrypted already.
  virtual Moved write(std::string_view bytes) = 0;
  // Does the same with bytes that lie in at most kMostParts pieces.
  static constexpr size_t kMostParts = 8;
  virtual Moved write_parts(std::span<const std::string_view> parts) = 0;
  // Tells the peer that no more bytes follow. Returns false if it has to be called again when the
  // socket can be written.
  virtual bool end() = 0;
  // Throws away what has come, without looking at it; returns false if nothing more will come. It
  // is for after end(), when nobody reads any more.
  bool discard();

  // Whether a handshake, if there is one, is done.
  virtual bool established() const { return true; }
  // Whether read() can return bytes that have left the socket already.
  virtual bool holds_input() const { return false; }
  virtual const PeerIdentity& peer_identity() const;
  // Returns why a handshake failed; empty if it did not, or if the peer just left.
  virtual std::string failure() const { return {}; }

 protected:
  explicit Stream(int socket) : socket_(socket) {}

 private:
  int socket_;
};

}  // namespace logsvc::http
