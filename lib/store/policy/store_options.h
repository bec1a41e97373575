// Holds the settings of a store, which are constant after it is opened.
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
  // These streams are kept for another time. A day stays until everything in it is past its time.
  std::vector<RetentionRule> retention_rules;
  // When chunk files and journal take more, the oldest day is dropped; from the last day, the
  // oldest files are. 0: no cap.
  uint64_t max_bytes = 0;
  // When less is free on their disk, the oldest day is dropped, but never the last: something else
  // may have filled the disk. 0: not checked.
  uint64_t min_free_bytes = 0;
  uint64_t window_bytes = 4u << 20;    // lines per block; larger: smaller files, more memory
  Duration window_age = 10 * kMinute;  // an open window is sealed when its first entry is this old
  uint64_t memory_bytes = 128u << 20;  // head and caches together; a burst seals earlier
  // 0 means fdatasync before every acknowledgement (group commit). Else it runs at most this often;
  // a power cut may then cost acknowledged lines of the last interval. A crash of the process never
  // does.
  Duration sync_interval = 0;
  uint64_t journal_segment_bytes = 16u << 20;
  // Compiles the queries of delete requests; without it there can be none.
  DeletionCompiler compile_deletion;
  // A request can be cancelled for this long, while its lines are only hidden.
  Duration deletion_cancel_period = 24 * kHour;
  bool hide_only = false;  // lines of delete requests stay on disk
  // At most this many requests may be unprocessed; more are refused.
  uint64_t max_active_deletions = 1000;
  // At most this many streams may have lines; pushes that would make more are refused. 0: no limit.
  uint64_t max_streams = 0;

  // When this many windows are sealed at a time they share their syncs, which then cover the whole
  // disk.
  size_t windows_to_sync_together = 8;

  // If false, windows are sealed by whoever calls append (when memory is full), flush or maintain;
  // this is for simulations, which must be the same each time.
  bool sealer_thread = true;

  // These bound what queries may cache of files, and windows that are not in files yet. The rest is
  // for the encoder and work in progress.
  uint64_t cache_bytes() const { return memory_bytes / 4; }
  uint64_t head_bytes() const { return memory_bytes / 8 * 3; }
};

}  // namespace logsvc::store
