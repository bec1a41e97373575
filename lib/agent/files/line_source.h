// Splits the bytes of a file into lines. Plain files grow; compressed ones are read once.
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

  // Sets what ends a line in the file's encoding: one character, found at multiples of its size
  // ("\n\0" in UTF-16). Call it before anything is read; the offset is such a multiple too.
  void set_line_end(std::string line_end) { line_end_ = std::move(line_end); }

  // Calls on_line(text, offset of its first byte) for complete lines, without their ends, until
  // about max_bytes are read. Returns false at the current end. Lines longer than 16 MiB come in
  // pieces.
  using OnLine = std::function<void(std::string_view, uint64_t)>;
  Result<bool> read(size_t max_bytes, const OnLine& on_line);
  // Passes on the text after the last line end as a line, because the file is finished.
  void finish(const OnLine& on_line);

  // Returns true if the last line has no end and none will come.
  bool has_last_line() const { return !rest_.empty() && bytes_->has_ended(); }
  // Returns how many bytes follow the last line end.
  size_t rest_bytes() const { return rest_.size(); }

  // Returns the offset of the first byte that has not been part of a line yet.
  uint64_t offset() const { return offset_; }

 private:
  // Returns where the next line ends, from a multiple of the character's size on, or npos.
  size_t find_end(std::string_view text, size_t from) const;
  // Passes on the complete lines at the beginning of a text whose first `from` bytes were searched
  // before. Returns how many bytes these lines have.
  size_t give_lines(std::string_view text, size_t from, const OnLine& on_line);

  std::unique_ptr<ByteSource> bytes_;
  std::string line_end_ = "\n";
  uint64_t offset_;
  std::string rest_;  // after the last line end; begins at offset_
};

}  // namespace logsvc::agent
