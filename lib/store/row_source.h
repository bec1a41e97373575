// One stream's entries from one place (a window in memory, a block in a file), in the asked
// direction: what MergeIterator merges. For one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/log_source.h"
#include "store/chunk_reader.h"
#include "store/label_index.h"
#include "store/stream_registry.h"

namespace logsvc::store {

class RowSource {
 public:
  RowSource(StreamRef stream, uint64_t order, Timestamp bound)
      : stream_(std::move(stream)), order_(order), bound_(bound) {}
  virtual ~RowSource() = default;

  // True: entry() is the next one. Its views live until this source is destroyed or, for text of
  // files, until the source has gone on by a frame.
  virtual Result<bool> advance(ReadStats& stats) = 0;

  const Entry& entry() const { return entry_; }
  const StreamRef& stream() const { return stream_; }
  // Rises with arrival: tells equal times of one stream apart.
  uint64_t order() const { return order_; }
  // No entry comes before this in the direction; known without reading.
  Timestamp bound() const { return bound_; }

 protected:
  Entry entry_;

 private:
  const StreamRef stream_;
  const uint64_t order_;
  const Timestamp bound_;
};

// Rows are sorted by time; `keep` holds their bytes.
std::unique_ptr<RowSource> make_head_source(StreamRef stream, uint64_t order,
                                            std::vector<Entry> rows,
                                            std::shared_ptr<const void> keep,
                                            const SelectQuery& query);

// What sources of one query share: decoded blocks and text frames, least recently used out first.
class BlockCache {
 public:
  BlockCache(ChunkCache& chunks, uint64_t max_bytes) : chunks_(chunks), max_bytes_(max_bytes) {}

  struct Block {
    std::shared_ptr<const ChunkReader> reader;
    std::shared_ptr<const BlockHeader> header;
    std::shared_ptr<const BlockRows> rows;
  };
  Result<Block> block(uint64_t file_id, const std::string& path, uint32_t number, ReadStats& stats);
  // frame: its place in header->frames.
  Result<std::shared_ptr<const std::string>> text(uint64_t file_id, const Block& block,
                                                  uint32_t number, size_t frame, ReadStats& stats);

 private:
  struct Key {
    uint64_t file;
    uint32_t block;
    size_t frame;  // SIZE_MAX: the block itself
    auto operator<=>(const Key&) const = default;
  };
  struct Item {
    Block block;
    std::shared_ptr<const std::string> text;
    uint64_t bytes = 0;
    uint64_t used = 0;
  };
  Item* find(const Key& key);
  Item& insert(const Key& key, Item item);

  ChunkCache& chunks_;
  const uint64_t max_bytes_;
  std::map<Key, Item> items_;
  uint64_t bytes_ = 0;
  uint64_t clock_ = 0;
};

// Borrows the cache and the query.
std::unique_ptr<RowSource> make_block_source(StreamRef stream, const StreamBlock& block,
                                             std::string path, BlockCache& cache,
                                             const SelectQuery& query);

}  // namespace logsvc::store
