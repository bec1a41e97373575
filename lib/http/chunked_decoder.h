// Reads a body that comes in chunks (RFC 9112, 7.1), strictly: lines end with CR LF, sizes are
// plain hexadecimal numbers, extensions and trailer fields are bounded and thrown away. For one
// thread.
#pragma once

#include <string>
#include <string_view>

#include "http/limits.h"

namespace logsvc::http {

class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(const Limits& limits) : limits_(limits) {}

  enum class State { kMore, kDone, kInvalid, kTooLarge };
  // Takes a part of the body, appends what it carries to out, up to most_bytes in all, and removes
  // what it has read from the front of bytes. When done, what is left belongs to the next request.
  State feed(std::string_view& bytes, std::string& out, uint64_t most_bytes);

 private:
  enum class Part { kSize, kData, kDataEnd, kTrailer };
  bool take_line(std::string_view& bytes, size_t most_bytes);
  State read_size(const std::string& out, uint64_t most_bytes);
  bool read_data_end(std::string_view& bytes);
  State read_trailer();

  const Limits& limits_;
  Part part_ = Part::kSize;
  std::string line_;  // what has come of the current line
  bool line_invalid_ = false;
  bool seen_cr_ = false;  // the CR that ends a chunk
  uint64_t left_ = 0;     // bytes left in the chunk
  size_t extension_bytes_ = 0;
  size_t trailer_bytes_ = 0;
};

}  // namespace logsvc::http
