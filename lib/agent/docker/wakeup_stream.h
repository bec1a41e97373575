// A follow stream of a log that rotates. Docker repeats and omits records of such a stream when it
// changes files, so its records are only counted: they show that something is new, which is then
// read through an answer that does not follow.
//
// Reports new records once, at most every 250 ms, and not again until an answer was opened. For the
// thread of ReadLoop.
#pragma once

#include <cstdint>
#include <memory>

#include "agent/docker/log_frame_decoder.h"
#include "net/http_stream.h"

namespace logsvc::agent {

class WakeupStream {
 public:
  static constexpr int64_t kNever = INT64_MAX;

  WakeupStream(std::unique_ptr<net::HttpStream> stream, bool tty)
      : stream_(std::move(stream)), decoder_(tty) {}

  int fd() const { return stream_->fd(); }
  // Counts what has come, without waiting. Returns false when the stream has ended.
  bool read();
  // Returns when new records are to be reported, in Clock::steady_ns(); kNever if there are none,
  // or an answer was already requested.
  int64_t next_due() const { return untold_records_ > 0 && !answer_wanted_ ? not_before_ : kNever; }
  // Returns the number of new records, which the next answer has to contain.
  uint64_t take_records(int64_t now);
  // Notes that an answer is open: records that come from now on are reported when it has ended.
  void on_answer() { answer_wanted_ = false; }

 private:
  std::unique_ptr<net::HttpStream> stream_;
  LogFrameDecoder decoder_;
  uint64_t untold_records_ = 0;
  bool answer_wanted_ = true;  // the first one is requested together with the stream
  int64_t not_before_ = 0;     // steady_ns
};

}  // namespace logsvc::agent
