// Writes text frames of a WebSocket's server side to a stream that may take only part of them. What
// readers share is not copied. Not safe from several threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "http/stream.h"
#include "server/live/live_session.h"

namespace logsvc::server {

class FrameWriter {
 public:
  void queue(LiveFrame frame);
  // Writes until everything is written or the stream takes no more; returns false if the connection
  // is broken.
  bool write(http::Stream& stream);

  bool empty() const { return frames_.empty(); }
  // Whether a frame is written in part, or encrypted: nothing else may be written before its end.
  bool in_frame() const { return written_ > 0 || begun_; }
  uint64_t unsent_bytes() const { return unsent_bytes_; }
  // Returns how many bytes of what is not sent it shares with nobody.
  uint64_t own_bytes() const { return own_bytes_; }
  uint64_t written_bytes() const { return written_bytes_; }

 private:
  struct Framed {
    std::array<uint8_t, 10> header;
    size_t header_size;
    LiveFrame frame;
    size_t size() const { return header_size + frame.size(); }
    uint64_t own() const { return frame.head.capacity() + frame.end.capacity(); }
  };
  std::deque<Framed> frames_;
  size_t written_ = 0;  // how much of the first one
  bool begun_ = false;  // the stream has seen the first one, and had no room
  uint64_t unsent_bytes_ = 0;
  uint64_t own_bytes_ = 0;
  uint64_t written_bytes_ = 0;
};

}  // namespace logsvc::server
