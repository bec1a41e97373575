// Collects all rows of blocks of chunk files, as rewriting needs them.
#pragma once

#include <functional>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "store/chunk/chunk_reader.h"
#include "store/chunk/window.h"
#include "store/streams/stream_registry.h"

namespace logsvc::store {

// Is given each row, in the order of the block; the entry's views are valid during the call.
using RowVisitor = std::function<void(const StreamRef&, const Entry&)>;

// Returns kCorrupt (path: block n: what) if anything of the block does not verify.
Status visit_block_rows(const ChunkReader& reader, uint32_t number, StreamRegistry& streams,
                        const RowVisitor& visit);

// Puts rows of several blocks together: streams are sorted by label string, rows by time, and those
// of equal times keep the order in which they were added. It is bounded by what is added.
class RowCollector {
 public:
  explicit RowCollector(EntryHash hash = entry_hash) : hash_(hash) {}
  void add(const StreamRef& stream, const Entry& entry);
  // Takes everything out; exact duplicates are left out and counted. The rows' bytes stay here.
  std::vector<Window::StreamRows> take(uint64_t* duplicates);

 private:
  const EntryHash hash_;
  Arena arena_{256 * 1024};
  std::unordered_map<const Stream*, Window::StreamRows> streams_;
};

}  // namespace logsvc::store
