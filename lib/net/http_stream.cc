#include "net/http_stream.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "base/any_case.h"

namespace logsvc::net {
namespace {

constexpr int kSliceMs = 250;
constexpr size_t kReadBytes = 64 * 1024;
constexpr size_t kMaxLineBytes = 64 * 1024;
constexpr size_t kMaxHeadBytes = 256 * 1024;
constexpr int kSwitchingProtocols = 101;

Error unavailable(const std::string& what) { return {ErrorCode::kUnavailable, what}; }

}  // namespace

Result<HttpStream> HttpStream::read_answer(std::unique_ptr<Connection> connection,
                                           const WaitLimit& limit) {
  HttpStream stream(std::move(connection), limit.stop);
  const Deadline deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(limit.timeout_ms);
  do {
    RETURN_IF_ERROR(stream.read_head(deadline));
    // 1xx means "go on": the answer itself is still to come.
  } while (stream.status() / 100 == 1 && stream.status() != kSwitchingProtocols);
  return stream;
}

bool HttpStream::reusable() const { return ended_ && keeps_alive_ && used_ == buffer_.size(); }

Result<bool> HttpStream::fill(int timeout_ms) {
  if (used_ > 0) {
    buffer_.erase(0, used_);
    used_ = 0;
  }
  // Each thread has one buffer for all its streams, since most of them have nothing to read most of
  // the time.
  static thread_local std::array<char, kReadBytes> received;
  for (int waited = 0;;) {
    if (stop_ && *stop_) return Error{ErrorCode::kCancelled, "stopping"};
    if (end_by_ != Deadline::max() && std::chrono::steady_clock::now() >= end_by_) {
      return Error{ErrorCode::kTimeout, "the answer takes too long"};
    }
    const auto got = connection_->receive(received.data(), received.size());
    if (got.ok()) {
      buffer_.append(received.data(), *got);
      return *got > 0;
    }
    if (got.error().code != ErrorCode::kTimeout) return got.error();
    if (timeout_ms < 0 || (timeout_ms > 0 && waited >= timeout_ms)) {
      if (buffer_.empty()) buffer_.shrink_to_fit();
      return Error{ErrorCode::kTimeout, "no answer in time"};
    }
    pollfd p{fd(), POLLIN, 0};
    const int slice = timeout_ms > 0 ? std::min(kSliceMs, timeout_ms - waited) : kSliceMs;
    if (::poll(&p, 1, slice) == 0) waited += slice;
  }
}

Result<std::string> HttpStream::line(Deadline deadline) {
  while (true) {
    const size_t end = buffer_.find("\r\n", used_);
    if (end != std::string::npos) {
      std::string out = buffer_.substr(used_, end - used_);
      head_bytes_ += out.size() + 2;
      if (head_bytes_ > kMaxHeadBytes) return unavailable("the answer's head has no end");
      used_ = end + 2;
      return out;
    }
    if (buffer_.size() - used_ > kMaxLineBytes)
      return unavailable("the answer has a line without end");
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Error{ErrorCode::kTimeout, "no answer in time"};
    ASSIGN_OR_RETURN(const bool more, fill(static_cast<int>(left.count())));
    if (!more) return unavailable("the connection broke");
  }
}

Status HttpStream::read_head(Deadline deadline) {
  ASSIGN_OR_RETURN(const std::string first, line(deadline));
  if (first.rfind("HTTP/1.", 0) != 0 || first.size() < 12)
    return unavailable("not an HTTP answer: " + first.substr(0, 80));
  status_ = std::atoi(first.c_str() + 9);
  status_line_ = first.substr(9, 120);
  headers_.clear();
  while (true) {
    ASSIGN_OR_RETURN(const std::string header, line(deadline));
    if (header.empty()) break;
    const size_t colon = header.find(':');
    if (colon == std::string::npos) continue;
    size_t value = colon + 1;
    while (value < header.size() && header[value] == ' ') ++value;
    headers_[ascii_lowered(header.substr(0, colon))] = header.substr(value);
  }
  const std::string wish = ascii_lowered(header("connection"));
  keeps_alive_ = first.starts_with("HTTP/1.1") ? wish != "close" : wish == "keep-alive";
  if (status_ / 100 == 1 || status_ == 204 || status_ == 304) {
    ended_ = status_ / 100 != 1 || status_ == kSwitchingProtocols;
    if (status_ == kSwitchingProtocols) keeps_alive_ = false;
    return {};
  }
  chunked_ = ascii_lowered(header("transfer-encoding")) == "chunked";
  const std::string length = header("content-length");
  if (!chunked_ && length.empty()) until_close_ = true;
  if (!chunked_ && !length.empty()) {
    const auto [end, failure] =
        std::from_chars(length.data(), length.data() + length.size(), left_);
    if (failure != std::errc() || end != length.data() + length.size())
      return unavailable("a bad Content-Length");
    ended_ = left_ == 0;
  }
  return {};
}

std::string HttpStream::header(const std::string& name) const {
  const auto found = headers_.find(name);
  return found == headers_.end() ? "" : found->second;
}

Status HttpStream::next_chunk(int timeout_ms) {
  // A line end follows each chunk. Nothing is consumed before all of it has come.
  const size_t before = first_chunk_ ? 0 : 2;
  size_t end;
  while ((end = buffer_.find("\r\n", used_ + before)) == std::string::npos ||
         buffer_.size() < used_ + before) {
    if (buffer_.size() - used_ > kMaxLineBytes)
      return unavailable("the answer has a line without end");
    ASSIGN_OR_RETURN(const bool more, fill(timeout_ms));
    if (!more) return unavailable("the connection broke");
  }
  const char* const digits = buffer_.data() + used_ + before;
  const auto [stop, failure] = std::from_chars(digits, buffer_.data() + end, left_, 16);
  if (failure != std::errc() || stop == digits) return unavailable("a bad chunk size");
  used_ = end + 2;
  first_chunk_ = false;
  ended_ = left_ == 0;
  return {};
}

Result<std::string_view> HttpStream::read(int timeout_ms) {
  if (ended_) return std::string_view();
  if (chunked_ && left_ == 0) {
    RETURN_IF_ERROR(next_chunk(timeout_ms));
    if (ended_) return std::string_view();
  }
  if (used_ == buffer_.size()) {
    ASSIGN_OR_RETURN(const bool more, fill(timeout_ms));
    if (!more) {
      ended_ = true;
      if (until_close_) return std::string_view();
      return unavailable("the connection broke");
    }
  }
  size_t n = buffer_.size() - used_;
  if (!until_close_) n = static_cast<size_t>(std::min<uint64_t>(n, left_));
  const std::string_view out(buffer_.data() + used_, n);
  used_ += n;
  if (!until_close_) left_ -= n;
  if (!chunked_ && !until_close_ && left_ == 0) ended_ = true;
  return out;
}

Result<std::string> HttpStream::read_all(size_t max_bytes, int timeout_ms) {
  std::string out;
  while (true) {
    ASSIGN_OR_RETURN(const std::string_view piece, read(timeout_ms));
    if (piece.empty()) return out;
    out += piece;
    if (out.size() > max_bytes) return unavailable("the answer is too long");
  }
}

}  // namespace logsvc::net
