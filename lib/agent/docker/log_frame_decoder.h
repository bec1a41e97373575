// Bytes of a /logs answer → records. A record is what dockerd stored at once: a line with its
// newline, or a piece of a longer one. Both forms: multiplexed frames and the raw stream of a TTY.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace logsvc::agent {

enum class OutputStream : uint8_t { kStdout = 1, kStderr = 2 };

struct LogRecord {
  OutputStream stream = OutputStream::kStdout;
  Timestamp timestamp = 0;  // dockerd's, when it completed the record
  std::string_view text;    // without the timestamp; with the newline, if it has one
};

class LogFrameDecoder {
 public:
  explicit LogFrameDecoder(bool tty) : tty_(tty) {}

  // Calls on_record for each whole record; views live during the call. Errors: kUnavailable with
  // the daemon's text (a frame of type 3), kCorrupt if the bytes are no frames.
  Status feed(std::string_view bytes, const std::function<void(const LogRecord&)>& on_record);
  // At the end of the stream: what is left of a TTY's last line.
  void finish(const std::function<void(const LogRecord&)>& on_record);

 private:
  Status feed_frames(const std::function<void(const LogRecord&)>& on_record);
  void feed_lines(const std::function<void(const LogRecord&)>& on_record);
  void deliver(OutputStream stream, std::string_view payload,
               const std::function<void(const LogRecord&)>& on_record);

  const bool tty_;
  std::string pending_;
  Timestamp last_timestamp_ = 0;
};

}  // namespace logsvc::agent
