#include "net/pem.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace logsvc::net {

Result<PemFile> PemFile::open(const std::string& text, const std::string& file) {
  if (!file.empty()) {
    if (::access(file.c_str(), R_OK) != 0) return invalid(file + ": " + std::strerror(errno));
    return PemFile(file, -1);
  }
  if (text.empty()) return PemFile("", -1);
  const int fd = ::memfd_create("pem", MFD_CLOEXEC);
  if (fd < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    if (fd >= 0) ::close(fd);
    return Error{ErrorCode::kIo,
                 std::string("no memory for a certificate: ") + std::strerror(errno)};
  }
  return PemFile("/proc/self/fd/" + std::to_string(fd), fd);
}

PemFile::PemFile(PemFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

PemFile::~PemFile() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace logsvc::net
