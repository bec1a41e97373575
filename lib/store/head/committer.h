// Takes entries into the store: pushes that arrive at the same time are written to the journal as
// one group, with one fdatasync (group commit), and then put into the windows of their days.
//
// Safe from several threads. It has two locks. The queue's is held for bookkeeping alone. The apply
// lock is held while entries go into windows or windows change from open to sealing, and so over
// the journal's fdatasync; the locks of the head, the streams, the journal and the sealer are taken
// under it.
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

  // Behaves as Store::append.
  Result<Appended> append(std::shared_ptr<const Batch> batch);
  // Puts back what a record of the journal has, except for days that are sealed past it.
  Status replay(const Batch& batch, uint64_t sequence, const std::map<Timestamp, uint64_t>& sealed);

  // Queues every open window for sealing and returns all that are in memory now.
  std::vector<Head::WindowRef> rotate_all();
  // Does the same and goes on in a new segment of the journal. Returns the last record before it.
  Result<uint64_t> begin_segment();
  // Queues old windows for sealing, and syncs what was written when it is time. Call it about once
  // a second.
  Status maintain();
  // Behaves as Head::drop; must not run beside sealing.
  uint64_t drop(const std::function<bool(Timestamp day)>& past);
  // Runs it while no entry comes into a window.
  Status while_paused(const std::function<Status()>& run);

 private:
  // Is a push that waits to be committed.
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
  // Returns the last record's number.
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

  Turn parts_turn_;  // for pushes that are stored in parts
};

}  // namespace logsvc::store
