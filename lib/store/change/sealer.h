// Writes windows into chunk files: the thread that does it, and those who wait for it. Windows that
// could not be written are tried again every two seconds.
//
//   window → chunk file (temp, fsync, rename, fsync dir) → index → gone from head and journal
//
// Safe from several threads. Its own lock is held for bookkeeping alone; the disk is under that of
// the changes.
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
  // Stops.
  ~Sealer() override;

  // Starts the thread. Without it windows are sealed by whoever calls flush(), maintain() or
  // wait_for_room().
  void start();
  // Ends the thread without sealing what is left; those who wait go on.
  void stop();

  void wish_seal() override;
  Status wait_for_room(uint64_t most_bytes) override;
  // Returns when these windows, which are to be sealed, are in files; an error when trying failed.
  Status flush(const std::vector<Head::WindowRef>& windows);
  // To be called about once a second.
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

  // Of the windows that are being sealed, kept while that fails.
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
