// Keeps how far somebody has come in a journal, in a file of 16-byte records of which the last one
// before any damage counts. Each step appends a record, so that it survives when the process is
// killed. It is not synced: after a power cut the file may say less, never more. For one thread at
// a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "os/file_system.h"

namespace logsvc::journal {

class PlaceFile {
 public:
  // Borrows the file system; makes the file if it is missing.
  static Result<std::unique_ptr<PlaceFile>> open(FileSystem& files, const std::string& path);

  uint64_t sequence() const { return sequence_; }  // 0: nothing yet
  Status write(uint64_t sequence);

 private:
  PlaceFile(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  FileSystem& files_;
  const std::string path_;
  std::unique_ptr<WritableFile> file_;
  uint64_t sequence_ = 0;
  size_t records_ = 0;
};

}  // namespace logsvc::journal
