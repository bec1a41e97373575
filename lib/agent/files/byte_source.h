// Reads the bytes of a file, or of the text compressed in it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::agent {

enum class Compression { kNone, kGzip, kZlib, kBzip2 };

// Gives the bytes from an offset on, of the file or of the text compressed in it.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads up to n bytes at the place; returns 0 at the current end. Returns kCorrupt if the file
  // cannot be unpacked.
  virtual Result<size_t> read(char* to, size_t n) = 0;
  // Returns true if nothing more will come: the compressed text has ended.
  virtual bool has_ended() const { return false; }
};

// Decides by the name's ending, .gz or .bz2; any other gives kNone.
Compression compression_of_name(std::string_view path);

// Borrows the descriptor. Reads and discards compressed bytes before the offset.
Result<std::unique_ptr<ByteSource>> open_bytes(int fd, Compression compression, uint64_t offset);

// Returns the beginning of a file's text: at most n bytes, less if the text is shorter or cannot be
// read.
std::string first_bytes(int fd, Compression compression, size_t n);

}  // namespace logsvc::agent
