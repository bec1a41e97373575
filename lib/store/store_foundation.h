// Holds what a store rests on: the directory, the journal and the index, opened one after the other
// and checked against each other, before the parts that work on them are made. Private to this
// folder.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "journal/journal.h"
#include "journal/place_file.h"
#include "store/change/directory_lock.h"
#include "store/head/head.h"
#include "store/index/catalog_db.h"
#include "store/journal/journal_keeper.h"
#include "store/policy/deletion.h"
#include "store/policy/store_environment.h"

namespace logsvc::store {

struct StoreFoundation {
  StoreFoundation(StoreOptions o, FileSystem& files, const Clock& clock, Metrics& m,
                  Diagnostics& diagnostics)
      : options(std::move(o)), names(options.dir), metrics(m), environment{options,     names,
                                                                           files,       clock,
                                                                           diagnostics, metrics} {}

  // Call it once, from one thread. Its errors are those of Store::open.
  Status open();

  const StoreOptions options;
  const FileNames names;
  StoreMetrics metrics;
  const StoreEnvironment environment;

  std::optional<DirectoryLock> lock;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<journal::PlaceFile> acknowledged;  // until it is taken
  std::unique_ptr<DeletionRequests> deletions;
  std::unique_ptr<CatalogDb> index;
  StreamRegistry streams;
  Head head;
  std::unique_ptr<JournalKeeper> keeper;

  // Lists what there was at start.
  FileSet files;
  std::vector<CatalogDb::DamagedBlock> damaged;
  uint64_t last_place = 0;  // the highest of any file

 private:
  Status open_index();
  Status read_index();
  Status build_index_anew(const Error& why);
};

}  // namespace logsvc::store
