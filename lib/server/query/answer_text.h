// The text of an answer while it grows: what it takes is held by the query before it is allocated,
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

  // To be called before about `bytes` are appended. The run's errors.
  Status make_room(size_t bytes) {
    RETURN_IF_ERROR(run_.cancellation.check());
    if (!run_.memory) return {};
    if (text_.size() + bytes > text_.capacity()) {
      // Twice at least, as the library would have it.
      const size_t room = std::max(text_.size() + bytes, 2 * text_.capacity());
      RETURN_IF_ERROR(run_.memory->hold(room));  // beside the old text, which is copied
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

// At most what bytes of text take as JSON.
constexpr size_t json_room(size_t bytes) { return 6 * bytes + 2; }

}  // namespace logsvc::server
