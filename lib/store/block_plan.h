// What of a block a query wants.
#pragma once

#include <string>
#include <vector>

#include "store/label_index.h"
#include "store/stream_registry.h"

namespace logsvc::store {

// A stream and its rows in the block, as the index says.
struct BlockLane {
  StreamRef stream;
  StreamBlock rows;
};

struct BlockPlan {
  uint64_t file = 0;
  uint32_t block = 0;
  std::string path;
  std::vector<BlockLane> lanes;  // in no order, at least one
};

}  // namespace logsvc::store
