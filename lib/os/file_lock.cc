#include "os/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "os/file_system.h"

namespace logsvc {
namespace {

Error system_error(const char* what, const std::string& path) {
  const bool denied = errno == EACCES || errno == EPERM || errno == EROFS;
  return {denied ? ErrorCode::kPermission : ErrorCode::kIo,
          std::string(what) + " " + path + ": " + std::strerror(errno)};
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return system_error("cannot open", path);
  FileLock out(fd);
  RETURN_IF_ERROR(give_to_owner_of_directory(path));
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno != EINTR) return system_error("cannot lock", path);
  }
  return Result<FileLock>(std::move(out));
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

Status give_to_owner_of_directory(const std::string& path) {
  struct stat directory {};
  if (::geteuid() != 0 || ::stat(parent_dir(path).c_str(), &directory) != 0) return {};
  if (directory.st_uid == 0) return {};
  if (::chown(path.c_str(), directory.st_uid, directory.st_gid) == 0) return {};
  return system_error("cannot set the owner of", path);
}

}  // namespace logsvc
