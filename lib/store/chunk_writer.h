// Entries → one immutable chunk file. Stateless.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file_system.h"
#include "store/chunk_format.h"
#include "store/window.h"

namespace logsvc::store {

// What the index has to know of a written file.
struct ChunkSummary {
  uint64_t file_bytes = 0;
  uint64_t rows = 0;
  uint64_t raw_bytes = 0;
  Timestamp first = 0;
  Timestamp last = 0;
  std::vector<BlockHeader> blocks;  // their streams; frames are empty
};

// Writes path by way of path.tmp: synced, renamed, directory synced. streams: sorted by label
// string, rows by time; not empty. A block is begun when the last one has block_bytes of lines.
Result<ChunkSummary> write_chunk(FileSystem& files, const std::string& path,
                                 const std::vector<Window::StreamRows>& streams, JournalSpan span,
                                 uint64_t block_bytes);

}  // namespace logsvc::store
