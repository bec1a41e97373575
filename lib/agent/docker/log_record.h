// What dockerd stored at once: a line with its newline, or a piece of a longer one. The same record
// has the same bytes however it is read: from an answer of the API or from a file of a log driver.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace logsvc::agent {

enum class OutputStream : uint8_t { kStdout = 1, kStderr = 2 };

struct LogRecord {
  OutputStream stream = OutputStream::kStdout;
  Timestamp timestamp = 0;  // dockerd's, when it completed the record
  std::string_view text;    // without the timestamp; with the newline, if it has one
  uint64_t file = 0;        // where it was read: inode and offset; 0: from the API
  uint64_t offset = 0;
  bool goes_on = false;  // the line does, in the next record; Docker's own pieces do not say so
};

}  // namespace logsvc::agent
