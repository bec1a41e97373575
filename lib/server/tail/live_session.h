// What one WebSocket is fed from. The tail loop alone calls it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace logsvc::server {

class LiveSession {
 public:
  virtual ~LiveSession() = default;
  // The next frames to send, as text; asked for about every 50 ms. now_ns: steady.
  virtual std::vector<std::string> take_frames(int64_t now_ns) = 0;
  // A text frame of the reader.
  virtual void receive(std::string_view) {}
  // Entries that were left out so far.
  virtual uint64_t dropped_total() const { return 0; }
};

}  // namespace logsvc::server
