// Writes windows into chunk files, in a thread of its own, for those who wait for it. Windows that
// could not be written are tried again every two seconds.
//
//   window → chunk file (temp, fsync, rename, fsync dir) → index → gone from head and journal
//
// Safe from several threads. Its own lock is held for bookkeeping alone; disk work is under the
// lock of the changes.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "store/change/file_changes.h"
#include "store/head/head.h"
#include "store/head/window_sealer.h"
#include "store/journal/journal_keeper.h"

namespace logsvc::store {

class Sealer : public WindowSealer {
 public:
  // Borrows all.
  Sealer(FileChanges& changes, Head& head, JournalKeeper& keeper);
  // Stops the thread.
  ~Sealer() override;

  // Starts the thread. Without it, windows are sealed by whoever calls flush(), maintain() or
  // wait_for_room().
  void start();
  // Ends the thread without sealing what is left; waiting callers go on.
  void stop();

  void wish_seal() override;
  Status wait_for_room(uint64_t most_bytes) override;
  // Returns when these windows, which wait to be sealed, are in files; returns an error if that
  // failed.
  Status flush(const std::vector<Head::WindowRef>& windows);
  // Call it about once a second.
  Status maintain();

 private:
  void run();
  Status seal_all();
  Status seal_some();
  Status write_windows(std::span<const Head::WindowRef> windows, std::vector<NewFile>& fresh)
      REQUIRES(changes_.mutex());
  Status write_chunks(std::span<const Head::WindowRef> windows, std::vector<NewFile>& fresh)
      REQUIRES(changes_.mutex());
  uint64_t number_of(const Head::WindowRef& window) REQUIRES(changes_.mutex());

  FileChanges& changes_;
  const StoreEnvironment& environment_;
  Head& head_;
  JournalKeeper& keeper_;

  // Holds the numbers of the windows that are being sealed, kept while that fails.
  std::map<Head::WindowRef, uint64_t> numbers_ GUARDED_BY(changes_.mutex());

  Mutex mutex_;
  CondVar wanted_;
  CondVar sealed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  uint64_t wishes_ GUARDED_BY(mutex_) = 0;
  uint64_t failures_ GUARDED_BY(mutex_) = 0;
  Status last_failure_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace logsvc::store
