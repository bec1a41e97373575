// The settings of a store. Constant after it is opened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "store/policy/deletion.h"
#include "store/policy/retention.h"

namespace logsvc::store {

struct StoreOptions {
  std::string dir;                   // made if missing; one process at a time (locked)
  Duration retention = 336 * kHour;  // 0 = keep for ever
  // Streams that are kept for another time. Days stay until all that is in them is past its time.
  std::vector<RetentionRule> retention_rules;
  // When chunk files and journal take more, the oldest day is dropped; of the last day the oldest
  // files. 0: no cap.
  uint64_t max_bytes = 0;
  // When less is free on their disk, the oldest day is dropped, but never the last: something else
  // may have filled the disk. 0: no matter.
  uint64_t min_free_bytes = 0;
  uint64_t window_bytes = 4u << 20;    // lines per block; larger: smaller files, more memory
  Duration window_age = 10 * kMinute;  // an open window is sealed when its first entry is this old
  uint64_t memory_bytes = 128u << 20;  // head and caches together; a burst seals earlier
  // 0: fdatasync before every acknowledgement (group commit). Else: at most this often; a power
  // cut may then cost acknowledged lines of the last interval. A crash of the process never does.
  Duration sync_interval = 0;
  uint64_t journal_segment_bytes = 16u << 20;
  // What queries of delete requests mean; without it there can be none.
  DeletionCompiler compile_deletion;
  // Until then a request can be cancelled, and its lines are only hidden.
  Duration deletion_cancel_period = 24 * kHour;
  bool hide_only = false;  // lines of delete requests stay on disk
  // Requests that are not processed yet; more are refused.
  uint64_t max_active_deletions = 1000;
  // Streams that have lines; pushes that would make more are refused. 0: no limit.
  uint64_t max_streams = 0;

  // So many windows that are sealed at a time share their syncs, which are then of the whole disk.
  size_t windows_to_sync_together = 8;

  // False: windows are sealed by whoever calls append (when memory is full), flush or maintain; for
  // simulations, which have to be the same each time.
  bool sealer_thread = true;

  // What queries may keep of files, and windows that are not in files yet; the rest is for the
  // encoder and what is under way.
  uint64_t cache_bytes() const { return memory_bytes / 4; }
  uint64_t head_bytes() const { return memory_bytes / 8 * 3; }
};

}  // namespace logsvc::store
