// The messages of a connection: each with its length in front ("5 hello"), or ended by a line end,
// as the first byte tells.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::agent {

class SyslogFraming {
 public:
  // Longer messages are left out, and counted.
  explicit SyslogFraming(size_t max_message_bytes) : max_bytes_(max_message_bytes) {}

  using OnMessage = std::function<void(std::string_view)>;
  // Bytes as they come, in any pieces. kInvalid: what follows cannot be told apart any more, and
  // the connection is to be closed.
  Status feed(std::string_view bytes, const OnMessage& on_message);
  // The connection has ended: what stands behind the last line end is a message.
  void finish(const OnMessage& on_message);

  uint64_t too_long() const { return too_long_; }

 private:
  enum class Kind { kUnknown, kLines, kCounted };
  Status counted(const OnMessage& on_message);
  void lines(const OnMessage& on_message);
  void give_line(std::string_view line, const OnMessage& on_message);

  const size_t max_bytes_;
  Kind kind_ = Kind::kUnknown;
  std::string buffer_;
  size_t skip_ = 0;          // bytes of a counted message that is too long
  bool skips_line_ = false;  // up to the next line end
  uint64_t too_long_ = 0;
};

}  // namespace logsvc::agent
