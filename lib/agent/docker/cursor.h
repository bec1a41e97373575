// A place in a container's log: the last record that is safe in the spool, in the order of Docker's
// file. It is valid for both ways of reading; the file and offset only make it quick to find.
#pragma once

#include <cstdint>
#include <string>

#include "agent/docker/log_record.h"
#include "base/result.h"

namespace logsvc::agent {

struct Cursor {
  OutputStream stream = OutputStream::kStdout;
  Timestamp timestamp = 0;  // 0: nothing yet
  // Number among the stream's records with this time, from 1. 0: no record is known, only the time
  // up to which everything was read.
  uint32_t nth = 0;
  uint64_t hash = 0;    // hash of the record's text
  uint64_t file = 0;    // inode of the log file it was read from; 0: from the API
  uint64_t offset = 0;  // offset of the record in the file
  bool is_time_only() const { return timestamp != 0 && nth == 0; }
  bool operator==(const Cursor&) const = default;
};

// Writes "stdout 1764055378123456789 1 16777216 9 1024"; empty if nothing was read yet.
std::string encode_cursor(const Cursor& cursor);
// Returns kCorrupt for other text.
Result<Cursor> decode_cursor(const std::string& text);

}  // namespace logsvc::agent
