// An HTTP/1.1 answer, read as it comes, also for days: length, chunks or the connection's end, and
// a stop that is noticed within a quarter of a second. (cpp-httplib's client cannot be stopped
// while it waits for the next byte, nor does it say why a certificate is refused.) For one thread.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/connection.h"

namespace logsvc::net {

class HttpStream {
 public:
  // Reads the head of the answer to a request that was sent; the time-out is for the head only, the
  // stop for all that follows. kUnavailable if nobody answers or it is no HTTP.
  static Result<HttpStream> read_answer(std::unique_ptr<Connection> connection,
                                        const WaitLimit& limit);
  HttpStream(HttpStream&& other) = default;

  int status() const { return status_; }
  // Number and reason, as the server has them.
  const std::string& status_line() const { return status_line_; }
  // Lower-case name; empty if it is absent.
  std::string header(const std::string& name) const;

  static constexpr int kDoNotWait = -1;
  // The next bytes of the body (valid until the next call); empty at its end. kUnavailable if the
  // connection broke, kCancelled when stopping, kTimeout if nothing came for timeout_ms (0: wait
  // for ever; kDoNotWait: not at all, and the call may be made again when fd() can be read).
  Result<std::string_view> read(int timeout_ms);
  int fd() const { return connection_->fd(); }
  // The whole rest, up to max_bytes.
  Result<std::string> read_all(size_t max_bytes, int timeout_ms);
  // Whether the next request may go over the connection: the body is at its end, and the server
  // keeps it open.
  bool reusable() const;
  // The connection, for the next request or, after CONNECT, for what the tunnel carries.
  std::unique_ptr<Connection> release() && { return std::move(connection_); }

 private:
  HttpStream(std::unique_ptr<Connection> connection, const std::atomic<bool>* stop)
      : connection_(std::move(connection)), stop_(stop) {}
  Status read_head(int timeout_ms);
  // Appends to buffer_. False at the end of the connection.
  Result<bool> fill(int timeout_ms);
  Result<std::string> line(int timeout_ms);
  // Reads the head of the next chunk into left_, or nothing of it.
  Status next_chunk(int timeout_ms);

  std::unique_ptr<Connection> connection_;
  const std::atomic<bool>* stop_;
  int status_ = 0;
  bool keeps_alive_ = false;
  std::string status_line_;
  std::map<std::string, std::string> headers_;
  std::string buffer_;
  size_t used_ = 0;
  bool chunked_ = false;
  uint64_t left_ = 0;  // of the current chunk or of the body
  bool until_close_ = false;
  bool ended_ = false;
  bool first_chunk_ = true;
};

// %XX for everything but letters, digits and -_.~
std::string url_encode(std::string_view text);

}  // namespace logsvc::net
