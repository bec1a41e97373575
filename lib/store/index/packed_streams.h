// Packs the streams of a block and their rows as the index keeps them: about 12 bytes per stream.
// Layout: FORMAT.md, Index. The functions are pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/columns/integer_sequence.h"
#include "store/columns/row_set.h"

namespace logsvc::store {

// Says which rows of one block a stream has.
struct StreamBlock {
  uint64_t stream_id = 0;
  uint64_t file_id = 0;
  uint32_t block = 0;
  uint32_t first_row = 0;
  uint32_t rows = 0;
  Timestamp first = 0;
  Timestamp last = 0;
  uint64_t raw_bytes = 0;
};

// Holds all streams of one block.
struct PackedStreams {
  uint32_t block = 0;
  std::string ids;   // the streams', in the order of their rows
  std::string rows;  // their times, rows and bytes

  size_t memory_bytes() const { return sizeof *this + ids.capacity() + rows.capacity(); }
};

// The streams' rows must follow each other from row 0 on.
PackedStreams pack_streams(uint32_t block, std::span<const StreamBlock> streams);
// Returns the streams in the order of rows. Returns kCorrupt if the list contradicts itself.
Result<std::vector<StreamBlock>> unpack_streams(uint64_t file, const PackedStreams& list);
Result<std::vector<int64_t>> unpack_stream_ids(std::string_view ids);

// Reads a packed list of which only some streams are wanted. The list must outlive it.
class PackedStreamsView {
 public:
  // Returns kCorrupt as unpack_streams does.
  static Result<PackedStreamsView> open(uint64_t file, const PackedStreams& list);

  // Adds the places in the list of this stream.
  void find(uint64_t id, RowSet& places) const { ids_.find(static_cast<int64_t>(id), places); }
  uint32_t size() const { return size_; }
  uint64_t id(size_t place) const { return static_cast<uint64_t>(ids_[place]); }

  // Calls visit(place, rows) for these places, ascending.
  template <typename Visit>
  Status each(const RowSet& places, Visit visit) {
    RETURN_IF_ERROR(open_rows());
    Status status;
    places.each(0, size_, [&](uint32_t place) {
      if (!status.ok()) return;
      StreamBlock rows;
      status = read(place, rows);
      if (status.ok()) visit(place, rows);
    });
    return status;
  }

 private:
  Status open_rows();
  // Places must ascend from call to call.
  Status read(uint32_t place, StreamBlock& out);

  uint64_t file_ = 0;
  const PackedStreams* list_ = nullptr;
  uint32_t size_ = 0;
  IntegerView ids_;
  // These are set once open_rows() was called:
  int64_t divisor_ = 1;
  IntegerView first_, span_, raw_bytes_;
  RowNumbers rows_;
  // The next read is at this place or behind it; row_ is where its rows begin.
  uint32_t place_ = 0;
  uint64_t row_ = 0;
};

}  // namespace logsvc::store
