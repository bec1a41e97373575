// Bytes of a log file by their uncompressed offset. Private to this folder.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace logsvc::agent {

class LogFileBytes {
 public:
  virtual ~LogFileBytes() = default;
  // Appends up to n bytes from offset to out; the number, 0 at the end (of now).
  virtual Result<size_t> read(uint64_t offset, size_t n, std::string& out) = 0;
  virtual Result<uint64_t> size() = 0;  // stored, not uncompressed
  virtual bool compressed() const = 0;
  uint64_t inode() const { return inode_; }

  // kNotFound, kPermission or kIo. A file whose first bytes say gzip is uncompressed.
  static Result<std::unique_ptr<LogFileBytes>> open(const std::string& path);

 protected:
  explicit LogFileBytes(uint64_t inode) : inode_(inode) {}

 private:
  const uint64_t inode_;
};

}  // namespace logsvc::agent
