#include "agent/docker/http_stream.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace logsvc::agent {
namespace {

constexpr int kSliceMs = 250;
constexpr size_t kReadBytes = 64 * 1024;
constexpr size_t kMaxLineBytes = 64 * 1024;

Error unavailable(const std::string& what) { return {ErrorCode::kUnavailable, what}; }

Result<int> connect_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return invalid("the socket path is too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return unavailable(std::strerror(errno));
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int number = errno;
    ::close(fd);
    if (number == EACCES || number == EPERM) {
      return Error{ErrorCode::kPermission, path + ": " + std::strerror(number) +
                                               "; run as a member of the docker group or as root"};
    }
    return unavailable("cannot connect to " + path + ": " + std::strerror(number));
  }
  return fd;
}

Result<int> connect_tcp(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return unavailable("cannot resolve " + host);
  }
  int fd = -1;
  for (const addrinfo* a = found; a && fd < 0; a = a->ai_next) {
    fd = ::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd >= 0 && ::connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
      ::close(fd);
      fd = -1;
    }
  }
  ::freeaddrinfo(found);
  if (fd < 0) return unavailable("cannot connect to " + host + ":" + std::to_string(port));
  return fd;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

Result<DockerHost> parse_docker_host(const std::string& url) {
  DockerHost out;
  if (url.rfind("unix://", 0) == 0) {
    out.socket_path = url.substr(7);
    if (!out.socket_path.empty()) return out;
  } else if (url.rfind("/", 0) == 0) {
    out.socket_path = url;
    return out;
  } else if (url.rfind("tcp://", 0) == 0 || url.rfind("http://", 0) == 0) {
    std::string rest = url.substr(url.find("://") + 3);
    rest = rest.substr(0, rest.find('/'));
    const size_t colon = rest.rfind(':');
    out.host = rest.substr(0, colon);
    out.port = colon == std::string::npos ? 2375 : std::atoi(rest.c_str() + colon + 1);
    if (!out.host.empty() && out.port > 0 && out.port < 65536) return out;
  }
  return invalid("expected unix:///var/run/docker.sock or tcp://host:2375, found \"" + url + "\"");
}

std::string url_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

HttpStream::HttpStream(HttpStream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      stop_(other.stop_),
      status_(other.status_),
      headers_(std::move(other.headers_)),
      buffer_(std::move(other.buffer_)),
      used_(other.used_),
      chunked_(other.chunked_),
      left_(other.left_),
      until_close_(other.until_close_),
      ended_(other.ended_),
      first_chunk_(other.first_chunk_) {}

HttpStream::~HttpStream() {
  if (fd_ >= 0) ::close(fd_);
}

Result<HttpStream> HttpStream::get(const DockerHost& host, const std::string& target,
                                   const std::atomic<bool>& stop, int timeout_ms) {
  ASSIGN_OR_RETURN(const int fd, host.socket_path.empty() ? connect_tcp(host.host, host.port)
                                                          : connect_unix(host.socket_path));
  HttpStream stream(fd, stop);
  const std::string request = "GET " + target +
                              " HTTP/1.1\r\nHost: " + (host.host.empty() ? "docker" : host.host) +
                              "\r\nUser-Agent: logsvc\r\nConnection: close\r\n\r\n";
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return unavailable("the connection to Docker broke");
  }
  RETURN_IF_ERROR(stream.read_head(timeout_ms));
  return stream;
}

Result<bool> HttpStream::fill(int timeout_ms) {
  if (used_ > 0) {
    buffer_.erase(0, used_);
    used_ = 0;
  }
  for (int waited = 0;; waited += kSliceMs) {
    if (*stop_) return Error{ErrorCode::kCancelled, "stopping"};
    pollfd p{fd_, POLLIN, 0};
    const int n = ::poll(&p, 1, kSliceMs);
    if (n > 0) break;
    if (n < 0 && errno != EINTR) return unavailable(std::strerror(errno));
    if (timeout_ms > 0 && waited >= timeout_ms)
      return Error{ErrorCode::kTimeout, "Docker did not answer in time"};
  }
  const size_t before = buffer_.size();
  buffer_.resize(before + kReadBytes);
  ssize_t got;
  do {
    got = ::recv(fd_, buffer_.data() + before, kReadBytes, 0);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0)
    return unavailable(std::string("the connection to Docker broke: ") + std::strerror(errno));
  return got > 0;
}

Result<std::string> HttpStream::line(int timeout_ms) {
  while (true) {
    const size_t end = buffer_.find("\r\n", used_);
    if (end != std::string::npos) {
      std::string out = buffer_.substr(used_, end - used_);
      used_ = end + 2;
      return out;
    }
    if (buffer_.size() - used_ > kMaxLineBytes)
      return unavailable("Docker sent a line without end");
    ASSIGN_OR_RETURN(const bool more, fill(timeout_ms));
    if (!more) return unavailable("the connection to Docker broke");
  }
}

Status HttpStream::read_head(int timeout_ms) {
  ASSIGN_OR_RETURN(const std::string first, line(timeout_ms));
  if (first.rfind("HTTP/1.", 0) != 0 || first.size() < 12)
    return unavailable("not an HTTP answer: " + first.substr(0, 80));
  status_ = std::atoi(first.c_str() + 9);
  while (true) {
    ASSIGN_OR_RETURN(const std::string header, line(timeout_ms));
    if (header.empty()) break;
    const size_t colon = header.find(':');
    if (colon == std::string::npos) continue;
    size_t value = colon + 1;
    while (value < header.size() && header[value] == ' ') ++value;
    headers_[lower(header.substr(0, colon))] = header.substr(value);
  }
  chunked_ = lower(header("transfer-encoding")) == "chunked";
  const std::string length = header("content-length");
  if (!chunked_ && length.empty()) until_close_ = true;
  if (!chunked_ && !length.empty()) {
    const auto [end, failure] =
        std::from_chars(length.data(), length.data() + length.size(), left_);
    if (failure != std::errc()) return unavailable("a bad Content-Length");
    ended_ = left_ == 0;
  }
  return {};
}

std::string HttpStream::header(const std::string& name) const {
  const auto found = headers_.find(name);
  return found == headers_.end() ? "" : found->second;
}

Result<std::string_view> HttpStream::read(int timeout_ms) {
  if (ended_) return std::string_view();
  if (chunked_ && left_ == 0) {
    if (!first_chunk_) {
      ASSIGN_OR_RETURN(const std::string blank, line(timeout_ms));
    }
    first_chunk_ = false;
    ASSIGN_OR_RETURN(const std::string size, line(timeout_ms));
    const auto [end, failure] = std::from_chars(size.data(), size.data() + size.size(), left_, 16);
    if (failure != std::errc()) return unavailable("a bad chunk size");
    if (left_ == 0) {
      ended_ = true;
      return std::string_view();
    }
  }
  if (used_ == buffer_.size()) {
    ASSIGN_OR_RETURN(const bool more, fill(timeout_ms));
    if (!more) {
      ended_ = true;
      if (until_close_) return std::string_view();
      return unavailable("the connection to Docker broke");
    }
  }
  size_t n = buffer_.size() - used_;
  if (!until_close_) n = static_cast<size_t>(std::min<uint64_t>(n, left_));
  const std::string_view out(buffer_.data() + used_, n);
  used_ += n;
  if (!until_close_) left_ -= n;
  if (!chunked_ && !until_close_ && left_ == 0) ended_ = true;
  return out;
}

Result<std::string> HttpStream::read_all(size_t max_bytes, int timeout_ms) {
  std::string out;
  while (true) {
    ASSIGN_OR_RETURN(const std::string_view piece, read(timeout_ms));
    if (piece.empty()) return out;
    out += piece;
    if (out.size() > max_bytes) return unavailable("Docker's answer is too long");
  }
}

}  // namespace logsvc::agent
