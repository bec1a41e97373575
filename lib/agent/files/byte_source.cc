#include "agent/files/byte_source.h"

#include <bzlib.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace logsvc::agent {
namespace {

constexpr size_t kBufferBytes = 64u << 10;

Error damaged() { return {ErrorCode::kCorrupt, "not compressed as its name says, or damaged"}; }

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

// Unpacks gzip (one or several members) or zlib.
class InflatedBytes : public ByteSource {
 public:
  InflatedBytes(int fd, Compression compression) : file_(fd, 0), in_(kBufferBytes) {
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
        ASSIGN_OR_RETURN(const size_t got, file_.read(in_.data(), in_.size()));
        if (got == 0) break;
        stream_.next_in = reinterpret_cast<unsigned char*>(in_.data());
        stream_.avail_in = static_cast<unsigned int>(got);
      }
      const int outcome = ::inflate(&stream_, Z_NO_FLUSH);
      between_members_ = outcome == Z_STREAM_END;
      if (outcome == Z_STREAM_END) {
        ::inflateReset(&stream_);
      } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
        return damaged();
      }
    }
    return n - stream_.avail_out;
  }
  bool has_ended() const override { return between_members_ && stream_.avail_in == 0; }

 private:
  PlainBytes file_;
  std::vector<char> in_;
  z_stream stream_{};
  bool ready_ = false;
  bool between_members_ = false;  // or after the last one
};

// Unpacks one or several streams of bzip2.
class BunzippedBytes : public ByteSource {
 public:
  explicit BunzippedBytes(int fd) : file_(fd, 0), in_(kBufferBytes) { begin(); }
  ~BunzippedBytes() override { ::BZ2_bzDecompressEnd(&stream_); }
  BunzippedBytes(const BunzippedBytes&) = delete;
  BunzippedBytes& operator=(const BunzippedBytes&) = delete;

  Result<size_t> read(char* to, size_t n) override {
    if (!ready_) return Error{ErrorCode::kIo, "no memory to decompress"};
    stream_.next_out = to;
    stream_.avail_out = static_cast<unsigned int>(n);
    while (stream_.avail_out == n) {
      if (stream_.avail_in == 0) {
        ASSIGN_OR_RETURN(const size_t got, file_.read(in_.data(), in_.size()));
        if (got == 0) break;
        stream_.next_in = in_.data();
        stream_.avail_in = static_cast<unsigned int>(got);
      }
      const int outcome = ::BZ2_bzDecompress(&stream_);
      between_streams_ = outcome == BZ_STREAM_END;
      if (outcome != BZ_OK && outcome != BZ_STREAM_END) return damaged();
      if (outcome == BZ_STREAM_END && !begin_next()) return damaged();
    }
    return n - stream_.avail_out;
  }
  bool has_ended() const override { return between_streams_ && stream_.avail_in == 0; }

 private:
  void begin() { ready_ = ::BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK; }
  // Begins the next stream but keeps the input and output positions.
  bool begin_next() {
    const bz_stream before = stream_;
    ::BZ2_bzDecompressEnd(&stream_);
    stream_ = {};
    begin();
    stream_.next_in = before.next_in;
    stream_.avail_in = before.avail_in;
    stream_.next_out = before.next_out;
    stream_.avail_out = before.avail_out;
    return ready_;
  }

  PlainBytes file_;
  std::vector<char> in_;
  bz_stream stream_{};
  bool ready_ = false;
  bool between_streams_ = false;  // or after the last one
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_bytes(int fd, Compression compression, uint64_t offset) {
  if (compression == Compression::kNone) {
    return std::unique_ptr<ByteSource>(new PlainBytes(fd, offset));
  }
  std::unique_ptr<ByteSource> out;
  if (compression == Compression::kBzip2) {
    out = std::make_unique<BunzippedBytes>(fd);
  } else {
    out = std::make_unique<InflatedBytes>(fd, compression);
  }
  std::vector<char> skipped(kBufferBytes);
  while (offset > 0) {
    ASSIGN_OR_RETURN(const size_t got,
                     out->read(skipped.data(), std::min<uint64_t>(offset, skipped.size())));
    if (got == 0) break;
    offset -= got;
  }
  return out;
}

Compression compression_of_name(std::string_view path) {
  return path.ends_with(".gz")    ? Compression::kGzip
         : path.ends_with(".bz2") ? Compression::kBzip2
                                  : Compression::kNone;
}

std::string first_bytes(int fd, Compression compression, size_t n) {
  std::string out(n, '\0');
  size_t have = 0;
  const auto bytes = open_bytes(fd, compression, 0);
  while (bytes.ok() && have < n) {
    const auto got = (*bytes)->read(out.data() + have, n - have);
    if (!got.ok() || *got == 0) break;
    have += *got;
  }
  out.resize(have);
  return out;
}

}  // namespace logsvc::agent
