// Decodes records from the bytes of a /logs answer, either multiplexed frames or the raw stream of
// a TTY.
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

  // Calls on_record for each whole record; its views live during the call. Returns kUnavailable
  // with the daemon's text (a frame of type 3), and kCorrupt if the bytes are not frames.
  Status feed(std::string_view bytes, const std::function<void(const LogRecord&)>& on_record);
  // Passes on the rest of a TTY's last line at the end of the stream.
  void finish(const std::function<void(const LogRecord&)>& on_record);

 private:
  // These take whole records off the front.
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
