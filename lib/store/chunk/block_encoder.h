// Encodes entries into the bytes of one block, and checks that they come back. Stateless.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/entry.h"
#include "store/chunk/chunk_format.h"
#include "store/streams/stream_registry.h"

namespace logsvc::store {

// Is one stream's part of a block, sorted by time.
struct BlockPart {
  const Stream* stream = nullptr;
  std::span<const Entry> rows;
};

struct EncodedBlock {
  std::string bytes;
  uint32_t rows = 0;
  uint64_t raw_bytes = 0;
  std::vector<BlockStream> streams;
};

// Neither parts nor any of them may be empty.
EncodedBlock encode_block(const std::vector<BlockPart>& parts, Codec codec);
// Decodes the block as a reader would; returns kCorrupt unless every entry is the same.
Status verify_block(std::string_view block, const std::vector<BlockPart>& parts);

}  // namespace logsvc::store
