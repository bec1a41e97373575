#include "agent/docker/log_frame_decoder.h"

namespace logsvc::agent {
namespace {

constexpr size_t kFrameHeaderBytes = 8;
constexpr uint32_t kMaxFrameBytes = 64u << 20;
constexpr size_t kMaxTtyLineBytes = 1u << 20;
constexpr int kSystemError = 3;

uint32_t big_endian(std::string_view b) {
  uint32_t v = 0;
  for (size_t i = 0; i < 4; ++i) v = v << 8 | static_cast<unsigned char>(b[i]);
  return v;
}

}  // namespace

Status LogFrameDecoder::feed(std::string_view bytes,
                             const std::function<void(const LogRecord&)>& on_record) {
  pending_ += bytes;
  if (!tty_) return feed_frames(on_record);
  feed_lines(on_record);
  return {};
}

Status LogFrameDecoder::feed_frames(const std::function<void(const LogRecord&)>& on_record) {
  std::string_view rest = pending_;
  while (rest.size() >= kFrameHeaderBytes) {
    const int type = static_cast<unsigned char>(rest[0]);
    const uint32_t length = big_endian(rest.substr(4, 4));
    if (type > kSystemError || rest[1] || rest[2] || rest[3] || length > kMaxFrameBytes) {
      return Error{ErrorCode::kCorrupt, "Docker's log stream does not hold frames"};
    }
    if (rest.size() - kFrameHeaderBytes < length) break;
    const std::string_view payload = rest.substr(kFrameHeaderBytes, length);
    rest.remove_prefix(kFrameHeaderBytes + length);
    if (type == kSystemError) {
      return Error{ErrorCode::kUnavailable, "Docker: " + std::string(payload.substr(0, 300))};
    }
    deliver(type == 2 ? OutputStream::kStderr : OutputStream::kStdout, payload, on_record);
  }
  pending_.erase(0, pending_.size() - rest.size());
  return {};
}

void LogFrameDecoder::feed_lines(const std::function<void(const LogRecord&)>& on_record) {
  size_t first = 0;
  for (size_t end; (end = pending_.find('\n', first)) != std::string::npos; first = end + 1) {
    deliver(OutputStream::kStdout, std::string_view(pending_).substr(first, end + 1 - first),
            on_record);
  }
  pending_.erase(0, first);
  if (pending_.size() > kMaxTtyLineBytes) finish(on_record);
}

void LogFrameDecoder::finish(const std::function<void(const LogRecord&)>& on_record) {
  if (tty_ && !pending_.empty()) deliver(OutputStream::kStdout, pending_, on_record);
  pending_.clear();
}

void LogFrameDecoder::deliver(OutputStream stream, std::string_view payload,
                              const std::function<void(const LogRecord&)>& on_record) {
  LogRecord record{stream, last_timestamp_, payload};
  const size_t blank = payload.find(' ');
  if (blank != std::string_view::npos) {
    if (const auto t = parse_rfc3339(payload.substr(0, blank))) {
      record.timestamp = last_timestamp_ = *t;
      record.text = payload.substr(blank + 1);
    }
  }
  on_record(record);
}

}  // namespace logsvc::agent
