// Joins the pieces into which long lines are cut, for each output stream apart: of 16 KiB by
// dockerd, or those of which each says that the line goes on.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "agent/docker/log_record.h"

namespace logsvc::agent {

class PartialJoiner {
 public:
  // A longer line is cut there; the rest of it is left out and counted.
  explicit PartialJoiner(size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  // A line without its newline; the view lives during the call.
  using OnLine = std::function<void(OutputStream, Timestamp, std::string_view)>;
  void add(const LogRecord& record, const OnLine& on_line);
  // Gives out what is open, at the end of a stream.
  void finish(const OnLine& on_line);

  bool has_open() const { return open_[0].active || open_[1].active; }
  uint64_t cut_lines() const { return cut_lines_; }

 private:
  struct Open {
    bool active = false;
    bool cut = false;
    bool told = false;  // its pieces say that the line goes on; each has a time of its own
    Timestamp timestamp = 0;
    std::string text;
  };
  Open& open(OutputStream s) { return open_[s == OutputStream::kStderr ? 1 : 0]; }
  void append(Open& open, std::string_view text);
  void emit(Open& open, OutputStream stream, const OnLine& on_line);

  size_t max_line_bytes_;
  std::array<Open, 2> open_;
  uint64_t cut_lines_ = 0;
};

}  // namespace logsvc::agent
