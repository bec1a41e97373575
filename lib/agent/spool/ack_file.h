// How far one client has come, in a file of 16-byte records of which the last good one counts: a
// record is appended for each push, so that a killed agent repeats none. Not synced: after a power
// cut it may say less than was pushed, never more. For one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "os/file_system.h"

namespace logsvc::agent {

class AckFile {
 public:
  // Borrows the file system; makes the file if it is missing.
  static Result<std::unique_ptr<AckFile>> open(FileSystem& files, const std::string& path);

  uint64_t sequence() const { return sequence_; }  // 0: nothing yet
  Status write(uint64_t sequence);

 private:
  AckFile(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  FileSystem& files_;
  const std::string path_;
  std::unique_ptr<WritableFile> file_;
  uint64_t sequence_ = 0;
  size_t records_ = 0;
};

// A file name for any text.
std::string file_name_of(const std::string& name);

}  // namespace logsvc::agent
