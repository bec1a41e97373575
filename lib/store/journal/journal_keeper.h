// Keeps what the journal has in step with what it should have. Record numbers are never reused:
// chunk files and the index say by number what they have, and a start would take new records for
// old ones.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "journal/journal.h"
#include "store/head/committer.h"
#include "store/head/head.h"
#include "store/index/catalog_db.h"
#include "store/policy/store_environment.h"

namespace logsvc::store {

// Opens the store's journal and reports what in it is torn or had to be moved.
Result<std::unique_ptr<journal::Journal>> open_journal(const StoreEnvironment& environment);

// Tells the index how far the journal is in chunk files, so that the next start knows what it
// should find, and trims it there. note() and trim() are safe from several threads; their lock is
// held over the index and the journal's files, and no query takes it.
class JournalKeeper {
 public:
  // Borrows all.
  JournalKeeper(const StoreEnvironment& environment, journal::Journal& journal, CatalogDb& index,
                Head& head)
      : environment_(environment), journal_(journal), index_(index), head_(head) {}

  // Runs before anything is read or written. It reports what is missing of what the index, the
  // files and `acknowledged` (the last record of which a push was answered) mention, and begins the
  // journal behind it. Returns kCorrupt if the index contradicts itself.
  Status check(const FileSet& files, uint64_t acknowledged);
  // Puts back into the head what is in the journal and in no file. Call it once, before the first
  // append.
  Status replay(Committer& committer);
  // Notes up to which record everything is in files.
  Status note();
  // Drops what is in files. That is noted first, since what is trimmed must not count as missing.
  Status trim();

 private:
  Result<uint64_t> highest_record_in(const FileSet& files) const;
  void report_missing(std::string_view what, uint64_t first, uint64_t last,
                      const JournalNote& note);
  void report_losses(const std::vector<journal::Loss>& losses, uint64_t safe);

  const StoreEnvironment& environment_;
  journal::Journal& journal_;
  CatalogDb& index_;
  Head& head_;
  Mutex mutex_;
  JournalNote noted_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::store
