// Drops lines together with their files: days past the retention, and the oldest ones when the disk
// or the size cap is full.
#pragma once

#include <cstdint>
#include <vector>

#include "journal/journal.h"
#include "store/change/file_changes.h"
#include "store/change/unused_streams.h"
#include "store/head/committer.h"
#include "store/journal/journal_keeper.h"
#include "store/policy/deletion.h"
#include "store/policy/retention.h"
#include "store/policy/retention_clock.h"

namespace logsvc::store {

class Expiry {
 public:
  // Borrows all.
  Expiry(FileChanges& changes, const Retention& retention, const RetentionClock& clock,
         DeletionRequests& requests, journal::Journal& journal, JournalKeeper& keeper,
         Committer& committer, UnusedStreams& unused);

  // Removes what is due, and retired files that no query reads any more. Takes the lock of changes.
  Status run();

 private:
  Status drop_expired_windows() REQUIRES(changes_.mutex());
  Status remove_expired() REQUIRES(changes_.mutex());
  Status enforce_caps() REQUIRES(changes_.mutex());
  Result<std::vector<uint64_t>> files_over_caps() const;

  FileChanges& changes_;
  const StoreEnvironment& environment_;
  const Retention& retention_;
  const RetentionClock& clock_;
  DeletionRequests& requests_;
  journal::Journal& journal_;
  JournalKeeper& keeper_;
  Committer& committer_;
  UnusedStreams& unused_;
};

}  // namespace logsvc::store
