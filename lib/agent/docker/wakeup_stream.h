// A follow stream of a log that rotates. Docker repeats and leaves out records of such a stream
// when it changes files, so its records are only counted: they tell that there is something new,
// which is then read by an answer that does not follow.
//
// Says so once, at most every 250 ms, and not again before an answer was opened. For the thread of
// ReadLoop.
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
  // Counts what has come; does not wait. False: the stream has ended.
  bool read();
  // When new records are to be told of, in Clock::steady_ns(); kNever: there are none, or an answer
  // was asked for.
  int64_t next_due() const { return untold_records_ > 0 && !answer_wanted_ ? not_before_ : kNever; }
  // The number of new records, which the next answer is to hold.
  uint64_t take_records(int64_t now);
  // An answer is open: records that come from now on are told of when it has ended.
  void on_answer() { answer_wanted_ = false; }

 private:
  std::unique_ptr<net::HttpStream> stream_;
  LogFrameDecoder decoder_;
  uint64_t untold_records_ = 0;
  bool answer_wanted_ = true;  // the first is asked for together with the stream
  int64_t not_before_ = 0;     // steady_ns
};

}  // namespace logsvc::agent
