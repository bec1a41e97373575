// The bytes of a file as lines. Plain files grow; compressed ones are read once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::agent {

enum class Compression { kNone, kGzip, kZlib };

// Bytes from an offset on: of the file, or of what is compressed in it.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to n bytes at the place; 0 at the end (for now).
  virtual Result<size_t> read(char* to, size_t n) = 0;
  // Nothing more is to come: the packed text has ended.
  virtual bool has_ended() const { return false; }
};

// Borrows the descriptor. Compressed bytes before the offset are read and thrown away.
Result<std::unique_ptr<ByteSource>> open_bytes(int fd, Compression compression, uint64_t offset);

class LineSource {
 public:
  LineSource(std::unique_ptr<ByteSource> bytes, uint64_t offset)
      : bytes_(std::move(bytes)), offset_(offset) {}

  // Calls on_line(text, offset of its first byte) for complete lines, without \n, until about
  // max_bytes are read. False: at the end for now. Longer lines than 16 MiB are given in pieces.
  using OnLine = std::function<void(std::string_view, uint64_t)>;
  Result<bool> read(size_t max_bytes, const OnLine& on_line);
  // What stands behind the last line end, as a line: the file is finished.
  void finish(const OnLine& on_line);

  // The last line has no end, and none will come.
  bool has_last_line() const { return !rest_.empty() && bytes_->has_ended(); }

  // Of the first byte that has not been given as part of a line.
  uint64_t offset() const { return offset_; }

 private:
  std::unique_ptr<ByteSource> bytes_;
  uint64_t offset_;
  std::string rest_;  // behind the last line end; begins at offset_
};

}  // namespace logsvc::agent
