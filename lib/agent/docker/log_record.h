// A unit that dockerd stored at once: a line with its newline, or a piece of a longer line. A
// record has the same bytes whether it comes from the API or from a log driver's file.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace logsvc::agent {

enum class OutputStream : uint8_t { kStdout = 1, kStderr = 2 };

struct LogRecord {
  OutputStream stream = OutputStream::kStdout;
  Timestamp timestamp = 0;  // when dockerd completed the record
  std::string_view text;    // without the timestamp; includes the newline, if any
  uint64_t file = 0;        // inode and offset where it was read; 0: from the API
  uint64_t offset = 0;
  bool goes_on = false;  // the next record continues the line; Docker's own pieces do not say so
};

}  // namespace logsvc::agent
