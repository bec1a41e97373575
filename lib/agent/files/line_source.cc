#include "agent/files/line_source.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace logsvc::agent {
namespace {

constexpr size_t kBufferBytes = 64u << 10;
constexpr size_t kMaxLineBytes = 16u << 20;

class PlainBytes : public ByteSource {
 public:
  PlainBytes(int fd, uint64_t offset) : fd_(fd), offset_(offset) {}
  Result<size_t> read(char* to, size_t n) override {
    ssize_t got = ::pread(fd_, to, n, static_cast<off_t>(offset_));
    if (got < 0 && errno == ESPIPE) got = ::read(fd_, to, n);  // a pipe
    if (got < 0) {
      if (errno == EAGAIN || errno == EINTR) return size_t{0};
      return Error{ErrorCode::kIo, std::strerror(errno)};
    }
    offset_ += static_cast<uint64_t>(got);
    return static_cast<size_t>(got);
  }

 private:
  const int fd_;
  uint64_t offset_;
};

// gzip (several members, one after the other) or zlib.
class InflatedBytes : public ByteSource {
 public:
  InflatedBytes(int fd, Compression compression) : in_(kBufferBytes) {
    fd_ = fd;
    ready_ = ::inflateInit2(&stream_, compression == Compression::kGzip ? 15 + 16 : 15) == Z_OK;
  }
  ~InflatedBytes() override { ::inflateEnd(&stream_); }
  InflatedBytes(const InflatedBytes&) = delete;
  InflatedBytes& operator=(const InflatedBytes&) = delete;

  Result<size_t> read(char* to, size_t n) override {
    if (!ready_) return Error{ErrorCode::kIo, "no memory to decompress"};
    stream_.next_out = reinterpret_cast<unsigned char*>(to);
    stream_.avail_out = static_cast<unsigned int>(n);
    while (stream_.avail_out == n) {
      if (stream_.avail_in == 0) {
        const ssize_t got = ::pread(fd_, in_.data(), in_.size(), static_cast<off_t>(offset_));
        if (got < 0) return Error{ErrorCode::kIo, std::strerror(errno)};
        if (got == 0) break;
        offset_ += static_cast<uint64_t>(got);
        stream_.next_in = reinterpret_cast<unsigned char*>(in_.data());
        stream_.avail_in = static_cast<unsigned int>(got);
      }
      const int outcome = ::inflate(&stream_, Z_NO_FLUSH);
      between_members_ = outcome == Z_STREAM_END;
      if (outcome == Z_STREAM_END) {
        ::inflateReset(&stream_);
      } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
        return Error{ErrorCode::kCorrupt, "not compressed as its name says, or damaged"};
      }
    }
    return n - stream_.avail_out;
  }
  bool has_ended() const override { return between_members_ && stream_.avail_in == 0; }

 private:
  int fd_;
  uint64_t offset_ = 0;
  std::vector<char> in_;
  z_stream stream_{};
  bool ready_ = false;
  bool between_members_ = false;  // or behind the last
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_bytes(int fd, Compression compression, uint64_t offset) {
  if (compression == Compression::kNone) {
    return std::unique_ptr<ByteSource>(new PlainBytes(fd, offset));
  }
  std::unique_ptr<ByteSource> out(new InflatedBytes(fd, compression));
  std::vector<char> skipped(kBufferBytes);
  while (offset > 0) {
    ASSIGN_OR_RETURN(const size_t got,
                     out->read(skipped.data(), std::min<uint64_t>(offset, skipped.size())));
    if (got == 0) break;
    offset -= got;
  }
  return out;
}

Result<bool> LineSource::read(size_t max_bytes, const OnLine& on_line) {
  std::vector<char> buffer(kBufferBytes);
  for (size_t total = 0; total < max_bytes;) {
    ASSIGN_OR_RETURN(const size_t got, bytes_->read(buffer.data(), buffer.size()));
    if (got == 0) return false;
    total += got;
    std::string_view fresh(buffer.data(), got);
    while (!fresh.empty()) {
      const size_t end = fresh.find('\n');
      if (end == std::string_view::npos) {
        rest_ += fresh;
        break;
      }
      const uint64_t start = offset_;
      if (rest_.empty()) {
        offset_ += end + 1;
        on_line(fresh.substr(0, end), start);
      } else {
        rest_ += fresh.substr(0, end);
        offset_ += rest_.size() + 1;
        on_line(rest_, start);
        rest_.clear();
      }
      fresh.remove_prefix(end + 1);
    }
    if (rest_.size() >= kMaxLineBytes) {
      const uint64_t start = offset_;
      offset_ += rest_.size();
      on_line(rest_, start);
      rest_.clear();
    }
  }
  return true;
}

void LineSource::finish(const OnLine& on_line) {
  if (rest_.empty()) return;
  const uint64_t start = offset_;
  offset_ += rest_.size();
  on_line(rest_, start);
  rest_.clear();
}

}  // namespace logsvc::agent
