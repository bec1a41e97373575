// Connects the parts of a store, each with its own state and at most one lock over the disk.
// Private to this folder.
//
//   policy/    settings, periods, delete requests, whether the clock is believed
//   index/     CatalogDb and what is cached of it         streams/   the streams by labels
//   chunk/     files and windows                          columns/   lines as columns
//   head/      Head, Committer: entries come in           journal/   what the journal should have
//   catalog/   Catalog: which files there are             read/      Reader: queries
//   change/    FileChanges changes the files for Sealer, Joiner, Deleter, Retainer and Expiry,
//   which
//              Maintenance calls, and for Reconciler, which runs first at start
//
// Locks are taken in this order: FileChanges → Committer (apply) → Catalog, JournalKeeper → head,
// streams, deletions in force, index, journal. The committer's queue, its turn of parts and the
// sealer's bookkeeping are taken last, or alone. The locks of FileChanges, the committer and the
// journal keeper are held over the disk: queries take none of them.
#pragma once

#include <memory>

#include "store/catalog/catalog.h"
#include "store/change/maintenance.h"
#include "store/read/reader.h"
#include "store/store.h"
#include "store/store_foundation.h"

namespace logsvc::store {

struct Store::Impl {
  explicit Impl(std::unique_ptr<StoreFoundation> opened);

  // Returns when all that is in the journal and in no file is in memory again.
  Status start();
  void register_gauges(Metrics& m);

  const std::unique_ptr<StoreFoundation> base;
  const Retention retention;
  ClockWatch clock;
  Catalog catalog;
  Reader reader;
  FileChanges changes;
  Sealer sealer;
  Committer committer;
  UnusedStreams unused;
  Expiry expiry;
  Deleter deleter;
  Retainer retainer;
  Joiner joiner;
  Maintenance maintenance;
};

}  // namespace logsvc::store
