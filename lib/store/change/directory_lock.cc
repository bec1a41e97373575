#include "store/change/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace logsvc::store {

Result<DirectoryLock> DirectoryLock::acquire(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) {
    return Error{errno == EACCES ? ErrorCode::kPermission : ErrorCode::kIo,
                 "cannot open " + path + ": " + std::strerror(errno)};
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return Error{
        ErrorCode::kUnavailable,
        path + ": another logsvc uses this data directory; stop it or give this one another"};
  }
  return DirectoryLock(fd);
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace logsvc::store
