// Says which blocks a query wants, and what it wants of a block once it comes to it: a store of
// many streams has more rows of the index in a range than a query could keep.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/index/packed_streams.h"
#include "store/streams/stream_selection.h"

namespace logsvc::store {

// Is a stream and its rows in the block, as the index says.
struct RowRun {
  StreamRef stream;
  StreamBlock rows;
};
using RowRuns = std::vector<RowRun>;

struct BlockPlan {
  uint64_t file = 0;
  uint32_t block = 0;
  std::string path;
  Timestamp first = 0, last = 0;  // over the rows of wanted streams
  // Says which streams are wanted: see BlockDirectory::runs().
  std::shared_ptr<const StreamSelection> wanted;
  TimeRange range;
};

}  // namespace logsvc::store
