// Joins the pieces of long lines, separately for each output stream. dockerd cuts lines every 16
// KiB; other pieces say that the line continues.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "agent/docker/log_record.h"

namespace logsvc::agent {

class PartialJoiner {
 public:
  // Cuts longer lines at the limit, leaves out the rest of the line and counts it.
  explicit PartialJoiner(size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  // Receives a line without its newline; the view lives during the call.
  using OnLine = std::function<void(OutputStream, Timestamp, std::string_view)>;
  void add(const LogRecord& record, const OnLine& on_line);
  // Passes on the open lines at the end of a stream.
  void finish(const OnLine& on_line);

  bool has_open() const { return open_[0].active || open_[1].active; }
  uint64_t cut_lines() const { return cut_lines_; }

 private:
  struct Open {
    bool active = false;
    bool cut = false;
    bool told = false;  // its pieces say that the line continues; each has its own time
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
