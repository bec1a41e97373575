// Takes batches, keeps them on disk for the retention, and answers selects. Nothing else touches
// its directory.
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
#include "store/policy/deletion.h"
#include "store/policy/retention_clock.h"
#include "store/policy/store_options.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::store {

// Holds what the status page and /metrics show.
struct StoreTotals {
  uint64_t streams = 0;
  uint64_t files = 0;
  uint64_t file_bytes = 0;       // chunk files
  uint64_t file_line_bytes = 0;  // lines in the files, unpacked
  uint64_t journal_bytes = 0;
  uint64_t head_bytes = 0;  // lines in memory, not yet sealed
  uint64_t head_entries = 0;
  Timestamp oldest = 0;  // of sealed data; 0 if there is none
};

class Store : public LogSource, public pushdown::ColumnSource, public LogSink {
 public:
  // Locks the directory, checks the index against the files, replays the journal. Borrows
  // everything but the options. Returns kUnavailable if another process has the directory.
  static Result<std::unique_ptr<Store>> open(StoreOptions options, FileSystem& files,
                                             const Clock& clock, Metrics& metrics,
                                             Diagnostics& diagnostics);
  ~Store() override;

  // Recognises duplicates of entries that are still in memory. A batch over very many days or
  // streams is stored in parts, one such batch at a time: when it fails, a part of it may be
  // stored. Returns kLimit if it would make more streams than allowed.
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

  // Requests to delete the lines that the query selects, and returns the request's id; it is then
  // durable and in force for queries. Returns kInvalid if the query does not compile, and kLimit if
  // too many are active.
  Result<std::string> request_deletion(const std::string& query, TimeRange range);
  // Behaves as DeletionRequests::cancel.
  Status cancel_deletion(const std::string& id, bool force);
  std::vector<DeleteRequest> deletions() const;

  // Is set while the wall clock is not believed: nothing is deleted for its age then.
  std::optional<HeldRetention> retention_held() const;
  // Accepts the clock, since a person says that it is right: deleting goes on.
  Status confirm_clock();

  // Seals everything that is open; returns when it is in chunk files and the index.
  Status flush();
  // Does what the background clock asks for about once a second: it seals old windows, drops days
  // past retention or over the caps, joins small files, and deletes what was asked for, for about
  // half a second at most. It is cheap when there is nothing to do. For one thread at a time.
  Status maintain();

  StoreTotals totals() const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logsvc::store
