// Reads bytes of a log file by their uncompressed offset. Private to this folder.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace logsvc::agent {

class LogFileBytes {
 public:
  virtual ~LogFileBytes() = default;
  // Appends up to n bytes from the offset to out. Returns how many; 0 at the current end.
  virtual Result<size_t> read(uint64_t offset, size_t n, std::string& out) = 0;
  virtual Result<uint64_t> size() = 0;  // the size on disk, compressed or not
  virtual bool compressed() const = 0;
  uint64_t inode() const { return inode_; }

  // Returns kNotFound, kPermission or kIo. Uncompresses a file that begins like gzip.
  static Result<std::unique_ptr<LogFileBytes>> open(const std::string& path);

 protected:
  explicit LogFileBytes(uint64_t inode) : inode_(inode) {}

 private:
  const uint64_t inode_;
};

}  // namespace logsvc::agent
