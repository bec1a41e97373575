#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "os/file_system.h"

namespace logsvc {
namespace {

Error system_error(const std::string& what, const std::string& path) {
  const int number = errno;
  ErrorCode code = ErrorCode::kIo;
  if (number == ENOENT || number == ENOTDIR) code = ErrorCode::kNotFound;
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) code = ErrorCode::kNoSpace;
  if (number == EACCES || number == EPERM || number == EROFS) code = ErrorCode::kPermission;
  return {code, what + " " + path + ": " + std::strerror(number)};
}

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

class PosixWritableFile : public WritableFile {
 public:
  PosixWritableFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
      if (n < 0) {
        if (errno == EINTR) continue;
        return system_error("cannot write", path_);
      }
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }
  Status append_parts(std::span<const std::string_view> parts) override {
    std::array<iovec, 64> places;
    size_t skipped = 0;  // bytes of the first part, written already
    while (!parts.empty()) {
      const size_t n = std::min(parts.size(), places.size());
      for (size_t i = 0; i < n; ++i) {
        places[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
      }
      places[0].iov_base = static_cast<char*>(places[0].iov_base) + skipped;
      places[0].iov_len -= skipped;
      const ssize_t written = ::writev(fd_.get(), places.data(), static_cast<int>(n));
      if (written < 0 && errno != EINTR) return system_error("cannot write", path_);
      skipped += static_cast<size_t>(std::max<ssize_t>(written, 0));
      while (!parts.empty() && skipped >= parts[0].size()) {
        skipped -= parts[0].size();
        parts = parts.subspan(1);
      }
    }
    return {};
  }
  Status sync() override {
    if (::fdatasync(fd_.get()) != 0) return system_error("cannot sync", path_);
    return {};
  }
  Status truncate(uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
      return system_error("cannot truncate", path_);
    }
    return {};
  }

 private:
  Fd fd_;
  std::string path_;
};

class PosixReadableFile : public ReadableFile {
 public:
  PosixReadableFile(int fd, uint64_t size, std::string path)
      : fd_(fd), size_(size), path_(std::move(path)) {}

  uint64_t size() const override { return size_; }

  Result<std::string> read_at(uint64_t offset, uint64_t n) const override {
    if (offset > size_ || n > size_ - offset) {
      return Error{ErrorCode::kCorrupt, path_ + ":" + std::to_string(offset) + ": " +
                                            std::to_string(n) + " bytes wanted, the file has " +
                                            std::to_string(size_)};
    }
    std::string out(n, '\0');
    for (size_t done = 0; done < n;) {
      const ssize_t got =
          ::pread(fd_.get(), out.data() + done, n - done, static_cast<off_t>(offset + done));
      if (got < 0) {
        if (errno == EINTR) continue;
        return system_error("cannot read", path_);
      }
      if (got == 0) {
        return Error{ErrorCode::kCorrupt, path_ + ": ends at " + std::to_string(offset + done)};
      }
      done += static_cast<size_t>(got);
    }
    return out;
  }

 private:
  Fd fd_;
  uint64_t size_;
  std::string path_;
};

Result<std::unique_ptr<WritableFile>> open_for_writing(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | flags, 0640);
  if (fd < 0) return system_error("cannot open", path);
  return std::unique_ptr<WritableFile>(new PosixWritableFile(fd, path));
}

}  // namespace

Result<std::unique_ptr<ReadableFile>> PosixFileSystem::open_read(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error("cannot open", path);
  struct stat st {};
  if (::fstat(fd, &st) != 0) {
    const Error error = system_error("cannot stat", path);
    ::close(fd);
    return error;
  }
  // Pieces are read from anywhere: read-ahead would fetch many times what is wanted.
  (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
  return std::unique_ptr<ReadableFile>(
      new PosixReadableFile(fd, static_cast<uint64_t>(st.st_size), path));
}

Result<std::unique_ptr<WritableFile>> PosixFileSystem::create(const std::string& path) {
  return open_for_writing(path, O_TRUNC);
}

Result<std::unique_ptr<WritableFile>> PosixFileSystem::open_append(const std::string& path) {
  return open_for_writing(path, 0);
}

Result<std::string> PosixFileSystem::read_all(const std::string& path) {
  ASSIGN_OR_RETURN(auto file, open_read(path));
  return file->read_at(0, file->size());
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& dir) {
  DIR* handle = ::opendir(dir.c_str());
  if (!handle) return system_error("cannot list", dir);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(handle)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(handle);
  std::sort(names.begin(), names.end());
  return names;
}

Result<uint64_t> PosixFileSystem::file_size(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return system_error("cannot stat", path);
  return static_cast<uint64_t>(st.st_size);
}

bool PosixFileSystem::exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Status PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return system_error("cannot rename to", to);
  return {};
}

Status PosixFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return system_error("cannot remove", path);
  return {};
}

Status PosixFileSystem::remove_dir(const std::string& path) {
  if (::rmdir(path.c_str()) != 0) return system_error("cannot remove", path);
  return {};
}

Status PosixFileSystem::make_dirs(const std::string& path) {
  for (size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), 0750) != 0 && errno != EEXIST) {
      return system_error("cannot make directory", part);
    }
  }
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return system_error("cannot stat", path);
  if (!S_ISDIR(st.st_mode)) return Error{ErrorCode::kIo, path + " is not a directory"};
  return {};
}

Status PosixFileSystem::sync_dir(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return system_error("cannot open", path);
  if (::fsync(fd.get()) != 0) return system_error("cannot sync", path);
  return {};
}

Status PosixFileSystem::sync_disk(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return system_error("cannot open", path);
  if (::syncfs(fd.get()) != 0) return system_error("cannot sync the disk of", path);
  return {};
}

Result<DiskSpace> PosixFileSystem::space(const std::string& path) {
  struct statvfs s {};
  if (::statvfs(path.c_str(), &s) != 0) return system_error("cannot stat the disk of", path);
  return DiskSpace{s.f_blocks * s.f_frsize, s.f_bavail * s.f_frsize};
}

Status WritableFile::append_parts(std::span<const std::string_view> parts) {
  std::string bytes;
  for (const std::string_view part : parts) bytes += part;
  return append(bytes);
}

Status PosixFileSystem::make_private(const std::string& path) {
  if (::chmod(path.c_str(), 0600) != 0) return system_error("cannot set the mode of", path);
  return {};
}

Status FileSystem::replace(const std::string& path, std::string_view bytes, Readers readers) {
  const std::string temporary = path + ".tmp";
  {
    ASSIGN_OR_RETURN(auto file, create(temporary));
    if (readers == Readers::kOwner) RETURN_IF_ERROR(make_private(temporary));
    RETURN_IF_ERROR(file->append(bytes));
    RETURN_IF_ERROR(file->sync());
  }
  RETURN_IF_ERROR(rename(temporary, path));
  return sync_dir(parent_dir(path));
}

std::string parent_dir(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace logsvc
