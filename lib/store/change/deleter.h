// Executes delete requests that can no longer be cancelled: it rewrites file after file without
// their lines, until no copy is left on disk or in the journal.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "store/change/file_changes.h"
#include "store/change/unused_streams.h"
#include "store/head/committer.h"
#include "store/head/window_sealer.h"
#include "store/journal/journal_keeper.h"
#include "store/policy/deletion.h"
#include "store/policy/retention_clock.h"

namespace logsvc::store {

class Deleter {
 public:
  // Borrows all.
  Deleter(FileChanges& changes, DeletionRequests& requests, const RetentionClock& clock,
          journal::Journal& journal, JournalKeeper& keeper, Committer& committer,
          WindowSealer& sealer, UnusedStreams& unused);

  // Does one step; returns false if nothing can be done now. Takes the lock of changes.
  Result<bool> delete_some();

 private:
  void choose_due() REQUIRES(changes_.mutex());
  Result<bool> begin() REQUIRES(changes_.mutex());
  Result<bool> is_gone_from_journal() REQUIRES(changes_.mutex());
  Result<bool> delete_from_one_file() REQUIRES(changes_.mutex());
  Result<bool> finish() REQUIRES(changes_.mutex());

  FileChanges& changes_;
  DeletionRequests& requests_;
  const RetentionClock& clock_;
  journal::Journal& journal_;
  JournalKeeper& keeper_;
  Committer& committer_;
  WindowSealer& sealer_;
  UnusedStreams& unused_;

  // Holds the requests that are worked on together.
  struct Work {
    std::vector<std::string> ids;
    std::shared_ptr<const ActiveDeletions> requests;
    std::optional<uint64_t> barrier;  // journal records up to here must be gone first
    std::set<uint64_t> done;          // files that are done
  };
  Work work_ GUARDED_BY(changes_.mutex());
};

}  // namespace logsvc::store
