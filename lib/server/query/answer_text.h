// Holds the text of an answer while it grows: the query holds its memory before it is allocated,
// and a query that is cancelled meanwhile ends.
#pragma once

#include <algorithm>
#include <string>

#include "logql/run/query_run.h"

namespace logsvc::server {

// For one thread.
class AnswerText {
 public:
  explicit AnswerText(const logql::QueryRun& run) : run_(run) {}

  // Call it before about `bytes` are appended. Returns the run's errors.
  Status make_room(size_t bytes) {
    RETURN_IF_ERROR(run_.cancellation.check());
    if (!run_.memory) return {};
    if (text_.size() + bytes > text_.capacity()) {
      // The library would at least double it.
      const size_t room = std::max(text_.size() + bytes, 2 * text_.capacity());
      RETURN_IF_ERROR(run_.memory->hold(room));  // in addition to the old text, which is copied
      text_.reserve(room);
      run_.memory->release(held_);
      held_ = room;
    }
    if (text_.capacity() <= held_) return {};
    // It grew by itself.
    RETURN_IF_ERROR(run_.memory->hold(text_.capacity() - held_));
    held_ = text_.capacity();
    return {};
  }
  std::string& text() { return text_; }
  std::string take() { return std::move(text_); }

 private:
  const logql::QueryRun& run_;
  std::string text_;
  uint64_t held_ = 0;
};

// The most that bytes of text take as JSON.
constexpr size_t json_room(size_t bytes) { return 6 * bytes + 2; }

}  // namespace logsvc::server
