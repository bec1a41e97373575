// The bytes of a file, or of what is packed in it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::agent {

enum class Compression { kNone, kGzip, kZlib, kBzip2 };

// Bytes from an offset on: of the file, or of what is compressed in it.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to n bytes at the place; 0 at the end (for now). kCorrupt for what cannot be unpacked.
  virtual Result<size_t> read(char* to, size_t n) = 0;
  // Nothing more is to come: the packed text has ended.
  virtual bool has_ended() const { return false; }
};

// By its ending: .gz, .bz2; else none.
Compression compression_of_name(std::string_view path);

// Borrows the descriptor. Compressed bytes before the offset are read and thrown away.
Result<std::unique_ptr<ByteSource>> open_bytes(int fd, Compression compression, uint64_t offset);

// How the text of a file begins: at most n bytes, less if there are not as many or they cannot be
// read.
std::string first_bytes(int fd, Compression compression, size_t n);

}  // namespace logsvc::agent
