// Records out of the files of Docker's log drivers, one at a time.
#pragma once

#include <string>
#include <string_view>

#include "agent/docker/log_record.h"

namespace logsvc::agent {

enum class LogFileFormat {
  // {"log":"…\n","stream":"stdout","time":"…"} a line; or, as Podman has it under the same name,
  // TIME stdout F text a line, with P for F if the next one goes on with it.
  kJsonFile,
  kLocal,  // length, protobuf, length
};

struct DecodedRecord {
  enum class Kind {
    kRecord,
    kIncomplete,  // the record goes on behind the bytes
    kDamaged,     // `bytes` are to be skipped
  };
  Kind kind = Kind::kIncomplete;
  size_t bytes = 0;  // of the file, from the front
  LogRecord record;  // its text lives in the bytes or in scratch
};

// The record at the front of the bytes.
DecodedRecord decode_log_file(LogFileFormat format, std::string_view bytes, std::string& scratch);

}  // namespace logsvc::agent
