// Decodes records from the files of Docker's log drivers, one at a time.
#pragma once

#include <string>
#include <string_view>

#include "agent/docker/log_record.h"

namespace logsvc::agent {

enum class LogFileFormat {
  // Each line is {"log":"…\n","stream":"stdout","time":"…"}. Podman writes TIME stdout F text under
  // the same name, with P in place of F if the next line continues it.
  kJsonFile,
  kLocal,  // u32 length, protobuf, u32 length
};

struct DecodedRecord {
  enum class Kind {
    kRecord,
    kIncomplete,  // the record does not end within the bytes
    kDamaged,     // `bytes` have to be skipped
  };
  Kind kind = Kind::kIncomplete;
  size_t bytes = 0;  // how many to take off the front
  LogRecord record;  // its text points into the bytes or into scratch
};

// Decodes the record at the front of the bytes.
DecodedRecord decode_log_file(LogFileFormat format, std::string_view bytes, std::string& scratch);

}  // namespace logsvc::agent
