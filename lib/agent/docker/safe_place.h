// Tells how far a reader may say it has come while a pipeline holds lines back (an open multi-line
// block): the place behind the last record before which no line is held.
#pragma once

#include <cstdint>
#include <deque>

#include "agent/docker/cursor.h"

namespace logsvc::agent {

class SafePlace {
 public:
  explicit SafePlace(const Cursor& start) : safe_(start) {}

  // Notes that the lines up to number `line` came from records up to `cursor`. `holding`: some are
  // held.
  void note(uint64_t line, const Cursor& cursor, bool holding) {
    if (!holding) {
      marks_.clear();
      safe_ = cursor;
      return;
    }
    marks_.push_back({line, cursor});
    if (marks_.size() > kMaxMarks) thin_out();
  }
  // Returns the place, given the number of the oldest held line (UINT64_MAX: no line is held).
  const Cursor& place(uint64_t oldest_held) {
    while (!marks_.empty() && marks_.front().line < oldest_held) {
      safe_ = marks_.front().cursor;
      marks_.pop_front();
    }
    return safe_;
  }

 private:
  struct Mark {
    uint64_t line;
    Cursor cursor;
  };
  static constexpr size_t kMaxMarks = 512;

  // Drops notes. A place that is slightly too early only means that lines are read again after a
  // crash.
  void thin_out() {
    size_t kept = 0;
    for (size_t i = 1; i < marks_.size(); i += 2) marks_[kept++] = marks_[i];
    marks_.resize(kept);
  }

  Cursor safe_;
  std::deque<Mark> marks_;
};

}  // namespace logsvc::agent
