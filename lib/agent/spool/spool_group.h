// A record of the spool: lines of one source, ready to push, and the place in the source behind
// them. The place and the lines before it become durable together.
//
//   u8 version 2 · string source · string position · string tenant · varint first_line
//   varint lines · zigzag read_at · the block (wire/push_builder.h) up to the end
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace logsvc::agent {

// A view of bytes that the caller owns.
struct SpoolGroup {
  std::string_view source;    // the reader's key: "docker/app/3f2a…"
  std::string_view position;  // where to continue; in the reader's own form
  std::string_view tenant;    // empty: the client's
  uint64_t first_line = 0;    // the first line's number in its source, from 1
  uint64_t lines = 0;         // 0: only the position moves
  Timestamp read_at = 0;      // wall clock
  std::string_view block;     // empty without lines
};

std::string encode_spool_group(const SpoolGroup& group);
// Decodes views into the bytes. Returns kCorrupt for anything else.
Result<SpoolGroup> decode_spool_group(std::string_view bytes);

}  // namespace logsvc::agent
