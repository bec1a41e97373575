#include "store/store_foundation.h"

#include "store/change/quarantine.h"
#include "store/change/reconciler.h"

namespace logsvc::store {

Status StoreFoundation::open() {
  FileSystem& disk = environment.files;
  RETURN_IF_ERROR(disk.make_dirs(names.chunks()));
  ASSIGN_OR_RETURN(DirectoryLock held, DirectoryLock::acquire(names.lock()));
  lock.emplace(std::move(held));
  ASSIGN_OR_RETURN(journal, open_journal(environment));
  RETURN_IF_ERROR(disk.sync_dir(names.root()));
  ASSIGN_OR_RETURN(deletions,
                   DeletionRequests::open(disk, names.deletions(), options.compile_deletion,
                                          options.max_active_deletions));
  RETURN_IF_ERROR(open_index());
  ASSIGN_OR_RETURN(acknowledged, journal::PlaceFile::open(disk, names.acknowledged()));
  const Status read = read_index();
  if (read.ok() || read.error().code != ErrorCode::kCorrupt) return read;
  // The index contradicts itself: the files are the truth.
  RETURN_IF_ERROR(build_index_anew(read.error()));
  streams.keep_only({});
  return read_index();
}

Status StoreFoundation::open_index() {
  auto opened = CatalogDb::open(names.index());
  if (!opened.ok() && (opened.error().code == ErrorCode::kCorrupt ||
                       opened.error().code == ErrorCode::kUnsupported)) {
    return build_index_anew(opened.error());
  }
  if (!opened.ok()) return opened.error();
  index = std::move(*opened);
  return {};
}

Status StoreFoundation::read_index() {
  RETURN_IF_ERROR(index->load_streams(streams));
  ASSIGN_OR_RETURN(damaged, index->damaged_blocks());
  ASSIGN_OR_RETURN(files, Reconciler(environment, *index, streams, last_place).run());
  keeper = std::make_unique<JournalKeeper>(environment, *journal, *index, head);
  return keeper->check(files, acknowledged->sequence());
}

Status StoreFoundation::build_index_anew(const Error& why) {
  FileSystem& disk = environment.files;
  environment.diagnostics.warn("store", "cannot read the index: rebuilding it from the chunk files",
                               {{"why", why.message}});
  metrics.index_rebuilds.add();
  keeper.reset();
  index.reset();
  RETURN_IF_ERROR(set_aside(disk, names, names.index()));
  for (const char* suffix : {"-wal", "-shm"}) {
    if (disk.exists(names.index() + suffix)) {
      RETURN_IF_ERROR(disk.remove(names.index() + suffix));
    }
  }
  ASSIGN_OR_RETURN(index, CatalogDb::open(names.index()));
  return {};
}

}  // namespace logsvc::store
