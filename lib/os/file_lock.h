// Keeps other processes and threads from what is locked: an exclusive lock on a file (flock), held
// until destroyed. For one thread.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace logsvc {

class FileLock {
 public:
  // Makes the file (0600) if it is missing and waits until nobody else holds it. kPermission, kIo.
  static Result<FileLock> take(const std::string& path);
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

// What root makes in somebody's directory is to be that one's: a command beside a server that runs
// as another user would otherwise shut it out. Does nothing for others than root.
Status give_to_owner_of_directory(const std::string& path);

}  // namespace logsvc
