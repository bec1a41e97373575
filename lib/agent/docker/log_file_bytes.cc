#include "agent/docker/log_file_bytes.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace logsvc::agent {
namespace {

Error error_of(const std::string& path) {
  const int code = errno;
  const ErrorCode kind = code == ENOENT || code == ENOTDIR ? ErrorCode::kNotFound
                         : code == EACCES || code == EPERM ? ErrorCode::kPermission
                                                           : ErrorCode::kIo;
  return {kind, path + ": " + std::strerror(code)};
}

class PlainBytes : public LogFileBytes {
 public:
  PlainBytes(int fd, uint64_t inode, std::string path)
      : LogFileBytes(inode), fd_(fd), path_(std::move(path)) {}
  ~PlainBytes() override { ::close(fd_); }

  Result<size_t> read(uint64_t offset, size_t n, std::string& out) override {
    const size_t before = out.size();
    out.resize(before + n);
    ssize_t got;
    do {
      got = ::pread(fd_, out.data() + before, n, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    out.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return error_of(path_);
    return static_cast<size_t>(got);
  }
  Result<uint64_t> size() override {
    struct stat s;
    if (::fstat(fd_, &s) != 0) return error_of(path_);
    return static_cast<uint64_t>(s.st_size);
  }
  bool compressed() const override { return false; }

 private:
  const int fd_;
  const std::string path_;
};

// Reads forward and keeps what the last call read beyond its range.
class GzipBytes : public LogFileBytes {
 public:
  GzipBytes(gzFile file, uint64_t inode, uint64_t size, std::string path)
      : LogFileBytes(inode), file_(file), size_(size), path_(std::move(path)) {}
  ~GzipBytes() override { ::gzclose(file_); }

  Result<size_t> read(uint64_t offset, size_t n, std::string& out) override {
    if (offset >= kept_at_ && offset <= kept_at_ + kept_.size()) {
      kept_.erase(0, offset - kept_at_);
    } else {
      kept_.clear();
      if (::gzseek(file_, static_cast<z_off_t>(offset), SEEK_SET) < 0) return broken();
    }
    kept_at_ = offset;
    while (kept_.size() < n) {
      const size_t before = kept_.size();
      kept_.resize(n);
      const int got = ::gzread(file_, kept_.data() + before, static_cast<unsigned>(n - before));
      kept_.resize(before + static_cast<size_t>(std::max(got, 0)));
      if (got < 0) return broken();
      if (got == 0) break;
    }
    const std::string_view given = std::string_view(kept_).substr(0, n);
    out += given;
    return given.size();
  }
  Result<uint64_t> size() override { return size_; }
  bool compressed() const override { return true; }

 private:
  Error broken() const { return {ErrorCode::kCorrupt, path_ + ": cannot be uncompressed"}; }

  gzFile file_;
  const uint64_t size_;
  const std::string path_;
  std::string kept_;
  uint64_t kept_at_ = 0;
};

}  // namespace

Result<std::unique_ptr<LogFileBytes>> LogFileBytes::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return error_of(path);
  struct stat s;
  char magic[2] = {};
  if (::fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) {
    ::close(fd);
    return Error{ErrorCode::kIo, path + ": not a file"};
  }
  const auto inode = static_cast<uint64_t>(s.st_ino);
  const bool gzip = ::pread(fd, magic, 2, 0) == 2 && magic[0] == '\x1F' && magic[1] == '\x8B';
  if (!gzip) return std::unique_ptr<LogFileBytes>(new PlainBytes(fd, inode, path));
  gzFile file = ::gzdopen(fd, "rb");
  if (!file) {
    ::close(fd);
    return Error{ErrorCode::kIo, path + ": out of memory"};
  }
  return std::unique_ptr<LogFileBytes>(
      new GzipBytes(file, inode, static_cast<uint64_t>(s.st_size), path));
}

}  // namespace logsvc::agent
