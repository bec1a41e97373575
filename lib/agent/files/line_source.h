// The bytes of a file as lines. Plain files grow; compressed ones are read once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agent/files/byte_source.h"
#include "base/result.h"

namespace logsvc::agent {

class LineSource {
 public:
  LineSource(std::unique_ptr<ByteSource> bytes, uint64_t offset)
      : bytes_(std::move(bytes)), offset_(offset) {}

  // What ends a line in the file's encoding: one character, which stands at multiples of its own
  // size ("\n\0" of UTF-16). Before anything is read; the offset is a multiple too.
  void set_line_end(std::string line_end) { line_end_ = std::move(line_end); }

  // Calls on_line(text, offset of its first byte) for complete lines, without their ends, until
  // about max_bytes are read. False: at the end for now. Longer lines than 16 MiB are given in
  // pieces.
  using OnLine = std::function<void(std::string_view, uint64_t)>;
  Result<bool> read(size_t max_bytes, const OnLine& on_line);
  // What stands behind the last line end, as a line: the file is finished.
  void finish(const OnLine& on_line);

  // The last line has no end, and none will come.
  bool has_last_line() const { return !rest_.empty() && bytes_->has_ended(); }
  // Bytes behind the last line end.
  size_t rest_bytes() const { return rest_.size(); }

  // Of the first byte that has not been given as part of a line.
  uint64_t offset() const { return offset_; }

 private:
  // Where the next line ends, from a multiple of the character's size on; npos.
  size_t find_end(std::string_view text, size_t from) const;
  // Gives the complete lines at the beginning of a text, of which `from` bytes were looked at; how
  // many bytes they are.
  size_t give_lines(std::string_view text, size_t from, const OnLine& on_line);

  std::unique_ptr<ByteSource> bytes_;
  std::string line_end_ = "\n";
  uint64_t offset_;
  std::string rest_;  // behind the last line end; begins at offset_
};

}  // namespace logsvc::agent
