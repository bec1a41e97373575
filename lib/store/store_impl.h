// The parts of a store, each with its own state and at most one lock over the disk, and how they
// are connected. Private to this folder.
//
//   policy/    settings, periods, delete requests, whether the clock is believed
//   index/     CatalogDb and what is cached of it         streams/   the streams by labels
//   chunk/     files and windows                          columns/   lines as columns
//   head/      Head, Committer: how entries come in       journal/   what the journal should have
//   catalog/   Catalog: which files there are             read/      Reader: queries
//   change/    FileChanges: who changes the files; Sealer, Joiner, Deleter, Retainer, Expiry,
//              Maintenance, which has them do it, and Reconciler, before all at start
//
// Order of locks: FileChanges → Committer (applying) → Catalog, JournalKeeper → head, streams,
// deletions in force, index, journal. The committer's queue, its turn of parts and the sealer's
// bookkeeping are taken last, or alone. FileChanges', the committer's and the journal keeper's are
// held over the disk: queries take none of them.
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

  // What is in the journal and no file is in memory again when this returns.
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
