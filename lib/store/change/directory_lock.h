// Keeps two processes out of one data directory (flock). It is held until destroyed; the system
// frees it when the process dies.
#pragma once

#include <string>

#include "base/result.h"

namespace logsvc::store {

class DirectoryLock {
 public:
  // Creates the file. Returns kUnavailable if another process holds it.
  static Result<DirectoryLock> acquire(const std::string& path);
  DirectoryLock(DirectoryLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace logsvc::store
