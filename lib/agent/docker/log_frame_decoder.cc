#include "agent/docker/log_frame_decoder.h"

namespace logsvc::agent {
namespace {

constexpr size_t kFrameHeaderBytes = 8;
constexpr uint32_t kMaxFrameBytes = 64u << 20;
constexpr size_t kMaxTtyLineBytes = 1u << 20;
constexpr int kSystemError = 3;
constexpr size_t kPieceBytes = 16384;  // dockerd cuts lines at this size
constexpr size_t kMaxStampBytes = 40;

uint32_t big_endian(std::string_view b) {
  uint32_t v = 0;
  for (size_t i = 0; i < 4; ++i) v = v << 8 | static_cast<unsigned char>(b[i]);
  return v;
}

}  // namespace

Status LogFrameDecoder::feed(std::string_view bytes,
                             const std::function<void(const LogRecord&)>& on_record) {
  // Most buffers hold whole records, which are decoded in place.
  if (!pending_.empty()) {
    pending_ += bytes;
    bytes = pending_;
  }
  Status failure;
  if (tty_) {
    read_lines(bytes, on_record);
  } else {
    failure = read_frames(bytes, on_record);
  }
  const std::string rest(bytes);
  pending_ = rest;
  if (tty_ && pending_.size() > kMaxTtyLineBytes) finish(on_record);
  return failure;
}

Status LogFrameDecoder::read_frames(std::string_view& rest,
                                    const std::function<void(const LogRecord&)>& on_record) {
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
  return {};
}

// Reads lines, or pieces of a line: each further piece begins with the same stamp, in the middle of
// the text.
void LogFrameDecoder::read_lines(std::string_view& rest,
                                 const std::function<void(const LogRecord&)>& on_record) {
  while (!rest.empty()) {
    const size_t newline = rest.find('\n');
    const size_t stamp = rest.substr(0, kMaxStampBytes).find(' ') + 1;  // with its blank; 0: none
    const size_t line = newline == std::string_view::npos ? rest.size() : newline + 1;
    const size_t piece = stamp + kPieceBytes;
    if (stamp > 0 && line > piece) {
      if (rest.size() < piece + stamp && newline == std::string_view::npos) return;
      if (rest.substr(piece, stamp) == rest.substr(0, stamp)) {
        deliver(OutputStream::kStdout, rest.substr(0, piece), on_record);
        rest.remove_prefix(piece);
        continue;
      }
    }
    if (newline == std::string_view::npos) return;
    deliver(OutputStream::kStdout, rest.substr(0, line), on_record);
    rest.remove_prefix(line);
  }
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
