// Notices a label that runs away, that is, has more values in a day than streams can be made of,
// and keeps it from making a stream of every line: it becomes structured metadata of the entries,
// which filters find all the same, or pushes that bring new values are refused.
//
// Labels that say where lines come from (job, host, service, …) are never touched. What it folds is
// kept in a file, so that streams stay what they are over a restart; a label is left alone again
// when it had fewer than half as many values for a whole day.
//
// Safe from several threads. The file is written, under a lock of its own, when a label is noticed
// or left alone again.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/mutex.h"
#include "model/entry.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "server/ingest/label_values.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

struct CardinalityOptions {
  enum class Action { kFold, kReject } action = Action::kFold;
  uint64_t max_values = 5000;  // of a label, in a day; 0: any
  std::string file;            // what is folded; empty: kept nowhere
};

// A label with too many values, as the page shows it.
struct RunawayLabel {
  std::string name;
  uint64_t max_values = 0;
  enum class Action { kFolded, kRejected, kNone } action = Action::kNone;
  Timestamp since = 0;
};

class CardinalityGuard {
 public:
  // Borrows everything but the options. Reads the file; one that is damaged is set aside.
  CardinalityGuard(CardinalityOptions options, FileSystem& files, const Clock& clock,
                   Metrics& metrics, Diagnostics& diagnostics);

  // Counts what the streams of the last day have, so that a restart does not begin anew.
  void count_stored(const LogSource& source);

  // Folds what runs away out of the batch's streams; streams that become the same are joined.
  // kLimit, in Loki's words and with the label's name, if it is to be refused as a whole.
  Status apply(Batch& batch);

  std::vector<RunawayLabel> runaway() const;

  // Whether a label is never folded and never a reason to refuse.
  static bool is_protected(std::string_view name);

 private:
  struct Runaway {
    Timestamp since = 0;
    int64_t last_over_ns = 0;  // steady: when it last had too many
  };
  using Names = std::vector<std::string>;
  Status count(const LabelSet& labels) REQUIRES(mutex_);
  void begin_hour(int64_t hour) REQUIRES(mutex_);
  void note_runaway(const std::string& name) REQUIRES(mutex_);
  void update_folded() REQUIRES(mutex_);
  void load();
  void save();

  const CardinalityOptions options_;
  FileSystem& files_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  Counter& folded_entries_;

  Mutex file_mutex_;  // held over the disk, and taken before mutex_
  mutable Mutex mutex_;
  LabelValues values_ GUARDED_BY(mutex_);
  std::unordered_set<uint64_t> counted_ GUARDED_BY(mutex_);  // label sets of this hour, by hash
  int64_t hour_ GUARDED_BY(mutex_) = INT64_MIN;
  std::map<std::string, Runaway, std::less<>> runaway_ GUARDED_BY(mutex_);
  std::shared_ptr<const Names> folded_ GUARDED_BY(mutex_);  // sorted; null: none
  bool changed_ GUARDED_BY(mutex_) = false;                 // since the file was written
  bool unwritten_ GUARDED_BY(mutex_) = false;               // it failed; tried again every hour
};

// Moves these labels of the batch's streams, which are sorted, into the metadata of the entries,
// and joins streams that are the same then. Returns how many entries it changed.
uint64_t fold_labels(Batch& batch, const std::vector<std::string>& names);

}  // namespace logsvc::server
