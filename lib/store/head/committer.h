// How entries come into the store: pushes that arrive at the same time are written to the journal
// as one group, with one fdatasync (group commit), and then put into the windows of their days.
//
// Safe from several threads. Two locks: that of the queue, held for bookkeeping alone, and that of
// applying, held while entries go into windows or windows change from open to sealing, and so over
// the journal's fdatasync. Under the latter come those of the head, the streams, the journal and
// the sealer.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "journal/journal.h"
#include "journal/place_file.h"
#include "model/log_source.h"
#include "store/head/head.h"
#include "store/head/turn.h"
#include "store/head/window_sealer.h"
#include "store/policy/store_environment.h"

namespace logsvc::store {

class Committer {
 public:
  // Borrows all but `acknowledged`, which says up to which record pushes were answered.
  Committer(const StoreEnvironment& environment, journal::Journal& journal,
            std::unique_ptr<journal::PlaceFile> acknowledged, Head& head, StreamRegistry& streams,
            WindowSealer& sealer);

  // As Store::append.
  Result<Appended> append(std::shared_ptr<const Batch> batch);
  // Puts back what a record of the journal has, but for days that are sealed past it.
  Status replay(const Batch& batch, uint64_t sequence, const std::map<Timestamp, uint64_t>& sealed);

  // Every open window is to be sealed; all that are in memory now.
  std::vector<Head::WindowRef> rotate_all();
  // The same; the journal goes on in a new segment. The last record before it.
  Result<uint64_t> begin_segment();
  // To be called about once a second: windows that are old are to be sealed, what was written is
  // synced when it is time.
  Status maintain();
  // As Head::drop; not beside sealing.
  uint64_t drop(const std::function<bool(Timestamp day)>& past);
  // Runs it while no entry comes into a window.
  Status while_paused(const std::function<Status()>& run);

 private:
  // A push that waits to be committed.
  struct Pending {
    const Batch* batch;
    std::string record;
    Status status;
    std::vector<BatchPlace> duplicates;
    bool done = false;
  };
  Result<Appended> append_one(std::shared_ptr<const Batch> batch);
  Result<Appended> append_in_parts(std::shared_ptr<const Batch> batch);
  Status refuse_new_streams(const Batch& batch) const;
  void wait_for_commit(Pending& mine);
  void commit(const std::vector<Pending*>& group);
  // The last record's number.
  Result<uint64_t> write(const std::vector<Pending*>& group, int64_t now_ns) REQUIRES(apply_mutex_);

  const StoreEnvironment& environment_;
  const StoreOptions& options_;
  const Clock& clock_;
  journal::Journal& journal_;
  Head& head_;
  StreamRegistry& streams_;
  WindowSealer& sealer_;

  // The first waiter commits for all.
  Mutex queue_mutex_;
  CondVar committed_;
  std::vector<Pending*> queue_ GUARDED_BY(queue_mutex_);
  bool committing_ GUARDED_BY(queue_mutex_) = false;

  Mutex apply_mutex_;
  int64_t last_sync_ns_ GUARDED_BY(apply_mutex_) = 0;
  const std::unique_ptr<journal::PlaceFile> acknowledged_ PT_GUARDED_BY(apply_mutex_);

  Turn parts_turn_;  // of pushes that are stored in parts
};

}  // namespace logsvc::store
