// Splits a connection into messages: each begins with its length ("5 hello") or ends with a line
// end, as the first byte tells.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::agent {

class SyslogFraming {
 public:
  // Drops and counts longer messages.
  explicit SyslogFraming(size_t max_message_bytes) : max_bytes_(max_message_bytes) {}

  using OnMessage = std::function<void(std::string_view)>;
  // Takes bytes as they come, in any pieces. Returns kInvalid if further messages cannot be
  // separated and the connection has to be closed.
  Status feed(std::string_view bytes, const OnMessage& on_message);
  // Ends the connection: the text after the last line end is a message.
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
