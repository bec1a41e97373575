// Bytes of a /logs answer → records. Both forms: multiplexed frames and the raw stream of a TTY.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "agent/docker/log_record.h"
#include "base/result.h"

namespace logsvc::agent {

class LogFrameDecoder {
 public:
  explicit LogFrameDecoder(bool tty) : tty_(tty) {}

  // Calls on_record for each whole record; views live during the call. Errors: kUnavailable with
  // the daemon's text (a frame of type 3), kCorrupt if the bytes are no frames.
  Status feed(std::string_view bytes, const std::function<void(const LogRecord&)>& on_record);
  // At the end of the stream: what is left of a TTY's last line.
  void finish(const std::function<void(const LogRecord&)>& on_record);

 private:
  // Take whole records off the front.
  Status read_frames(std::string_view& rest,
                     const std::function<void(const LogRecord&)>& on_record);
  void read_lines(std::string_view& rest, const std::function<void(const LogRecord&)>& on_record);
  void deliver(OutputStream stream, std::string_view payload,
               const std::function<void(const LogRecord&)>& on_record);

  const bool tty_;
  std::string pending_;
  Timestamp last_timestamp_ = 0;
};

}  // namespace logsvc::agent
