// An HTTP/1.1 answer, read as it comes, for days if need be: by length, in chunks or until the
// connection's end, with a stop that is noticed within a quarter of a second. (cpp-httplib's client
// cannot be stopped while it waits for the next byte, nor does it say why a certificate is
// refused.) For one thread.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "net/connection.h"

namespace logsvc::net {

class HttpStream {
 public:
  // Reads the head of the answer to a request that was sent, of 256 KiB at most. The time-out is
  // for the whole head only, the stop for everything that follows. kUnavailable if nobody answers
  // or the answer is not HTTP. After 101 there is no body: see release().
  static Result<HttpStream> read_answer(std::unique_ptr<Connection> connection,
                                        const WaitLimit& limit);
  HttpStream(HttpStream&& other) = default;

  int status() const { return status_; }
  // Returns number and reason, as the server sent them.
  const std::string& status_line() const { return status_line_; }
  // Takes a lower-case name; returns an empty text if the header is absent.
  std::string header(const std::string& name) const;

  static constexpr int kDoNotWait = -1;
  // Returns the next bytes of the body (valid until the next call); empty at its end. kUnavailable
  // if the connection broke, kCancelled when stopping, kTimeout if nothing came for timeout_ms (0:
  // wait for ever; kDoNotWait: do not wait, and call again when fd() can be read).
  Result<std::string_view> read(int timeout_ms);
  int fd() const { return connection_->fd(); }
  // Returns the whole rest, up to max_bytes.
  Result<std::string> read_all(size_t max_bytes, int timeout_ms);
  // Whether the next request may use the connection: the body is at its end, and the server keeps
  // the connection open.
  bool reusable() const;
  using Deadline = std::chrono::steady_clock::time_point;
  // Reading ends with kTimeout after this instant, even if bytes still come.
  void end_by(Deadline deadline) { end_by_ = deadline; }
  // Forbids using the connection again.
  void forbid_reuse() { keeps_alive_ = false; }
  // Returns what already came after the head and was not read.
  std::string take_received() { return buffer_.substr(std::exchange(used_, buffer_.size())); }
  // Returns the connection: for the next request; after CONNECT or 101 for what it carries then.
  std::unique_ptr<Connection> release() && { return std::move(connection_); }

 private:
  HttpStream(std::unique_ptr<Connection> connection, const std::atomic<bool>* stop)
      : connection_(std::move(connection)), stop_(stop) {}
  Status read_head(Deadline deadline);
  // Appends to buffer_. Returns false at the end of the connection.
  Result<bool> fill(int timeout_ms);
  Result<std::string> line(Deadline deadline);
  // Reads the whole head of the next chunk into left_, or consumes nothing.
  Status next_chunk(int timeout_ms);

  std::unique_ptr<Connection> connection_;
  const std::atomic<bool>* stop_;
  Deadline end_by_ = Deadline::max();
  int status_ = 0;
  bool keeps_alive_ = false;
  std::string status_line_;
  std::map<std::string, std::string> headers_;
  std::string buffer_;
  size_t used_ = 0;
  size_t head_bytes_ = 0;  // of all heads so far, since "go on" may come often
  bool chunked_ = false;
  uint64_t left_ = 0;  // in the current chunk or in the body
  bool until_close_ = false;
  bool ended_ = false;
  bool first_chunk_ = true;
};

}  // namespace logsvc::net
