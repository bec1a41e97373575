// The only door to the disk: takes batches, keeps them for the retention, answers selects.
//
//   append ─► Journal (fdatasync, group commit) ─► Head (open window of each day, searchable)
//                                                    │ full, old or asked for: sealer thread
//                                                    ▼
//              chunk file (temp, fsync, rename, fsync dir) ─► CatalogDb (one transaction)
//                                                    └─► Journal.trim
//
// Invariants
// - A batch is acknowledged only after the journal has it on disk.
// - A file is named by the index only when it is complete; a file without a row is adopted or
//   removed at start.
// - The journal is trimmed only behind sealed chunks.
//
// Safe from several threads. Starts one thread (the sealer); the destructor stops it without
// sealing, since the journal has everything.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "pushdown/column_source.h"
#include "store/change/deletion.h"
#include "store/change/retention.h"
#include "store/change/retention_clock.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

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

// For the status page and /metrics.
struct StoreTotals {
  uint64_t streams = 0;
  uint64_t files = 0;
  uint64_t file_bytes = 0;       // chunk files
  uint64_t file_line_bytes = 0;  // of the lines in them
  uint64_t journal_bytes = 0;
  uint64_t head_bytes = 0;  // lines in memory, not yet sealed
  uint64_t head_entries = 0;
  Timestamp oldest = 0;  // of sealed data; 0 if there is none
};

class Store : public LogSource, public pushdown::ColumnSource, public LogSink {
 public:
  // Locks the directory, checks the index against the files, replays the journal.
  // Borrows everything but the options. kUnavailable if another process has the directory.
  static Result<std::unique_ptr<Store>> open(StoreOptions options, FileSystem& files,
                                             const Clock& clock, Metrics& metrics,
                                             Diagnostics& diagnostics);
  ~Store() override;

  // Of doubles it knows those of entries that are still in memory. A batch over very many days or
  // streams is stored in parts, one such batch at a time: when it fails, a part of it may be
  // stored. kLimit: it would make more streams than there may be.
  Result<Appended> append(std::shared_ptr<const Batch> batch) override;

  Result<std::unique_ptr<EntryIterator>> select(const SelectQuery& query) const override;
  const pushdown::ColumnSource* columns() const override { return this; }
  Result<ReadStats> count(const pushdown::CountQuery& query,
                          const pushdown::CountVisitor& visit) const override;
  Result<ReadStats> visit_times(const SelectQuery& query,
                                const pushdown::TimesVisitor& visit) const override;
  Result<ReadStats> visit_field(const SelectQuery& query, const std::string& name,
                                pushdown::FieldVisitor& visitor) const override;
  Result<std::vector<LabelSet>> series(
      TimeRange range, const std::vector<std::vector<Matcher>>& groups) const override;
  Result<std::vector<std::string>> label_names(TimeRange range,
                                               const std::vector<Matcher>& matchers) const override;
  Result<std::vector<std::string>> label_values(
      const std::string& name, TimeRange range,
      const std::vector<Matcher>& matchers) const override;
  Result<std::vector<StreamTotals>> totals(TimeRange range,
                                           const std::vector<Matcher>& matchers) const override;
  Result<std::vector<StreamVolume>> volumes(const std::vector<TimeRange>& buckets,
                                            const std::vector<Matcher>& matchers) const override;

  // A request to delete the lines that the query selects, durable and in force for queries when
  // this returns; its id. kInvalid: the query does not compile. kLimit: too many are active.
  Result<std::string> request_deletion(const std::string& query, TimeRange range);
  // As DeletionRequests::cancel.
  Status cancel_deletion(const std::string& id, bool force);
  std::vector<DeleteRequest> deletions() const;

  // Set while the wall clock is not believed: nothing is deleted for its age then.
  std::optional<HeldRetention> retention_held() const;
  // A person says that the clock is right: deleting goes on.
  Status confirm_clock();

  // Seals everything that is open; returns when it is in chunk files and the index.
  Status flush();
  // What the background clock does about once a second: seals windows that are old, drops days past
  // retention or over the caps, joins small files, deletes what was asked for; for about half a
  // second at most. Cheap when there is nothing to do.
  Status maintain();

  StoreTotals totals() const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logsvc::store
