// State shared by the store's parts. Private to this folder.
//
//   store_open.cc   lock, index, files, replay          store_append.cc  commit, back-pressure
//   store_seal.cc   the sealer thread, retention        store_read.cc    LogSource
//
// Order of locks: apply → catalog → (head, registry, index: leaves). commit_mutex and seal_mutex
// are held for bookkeeping alone, never while another is taken.
#pragma once

#include <atomic>
#include <map>
#include <thread>

#include "base/mutex.h"
#include "journal/journal.h"
#include "store/chunk_reader.h"
#include "store/directory_lock.h"
#include "store/file_names.h"
#include "store/head.h"
#include "store/label_index.h"
#include "store/store.h"

namespace logsvc::store {

struct StoreMetrics {
  explicit StoreMetrics(Metrics& m);
  Counter& entries;
  Counter& line_bytes;
  Counter& duplicates;
  Counter& sealed_files;
  Counter& seal_failures;
  Counter& damaged_reads;
  Counter& expired_entries;
  Counter& quarantined_files;
  Counter& replayed_records;
  Counter& lost_records;
};

struct Store::Impl {
  Impl(StoreOptions o, FileSystem& f, const Clock& c, Metrics& m, Diagnostics& d)
      : options(std::move(o)),
        names(options.dir),
        files(f),
        clock(c),
        diagnostics(d),
        metrics(m),
        chunks(f) {}

  // Constant after open.
  const StoreOptions options;
  const FileNames names;
  FileSystem& files;
  const Clock& clock;
  Diagnostics& diagnostics;
  StoreMetrics metrics;
  std::optional<DirectoryLock> lock;
  std::unique_ptr<LabelIndex> index;
  std::unique_ptr<journal::Journal> journal;

  // Synchronise themselves.
  StreamRegistry streams;
  Head head;
  mutable ChunkCache chunks;

  // Held while entries go into windows or windows change from open to sealing.
  Mutex apply_mutex;
  int64_t last_sync_ns GUARDED_BY(apply_mutex) = 0;

  // What readers must see as one: a window is in the head until its file is visible.
  mutable SharedMutex catalog_mutex;
  std::map<uint64_t, FileRow> file_rows GUARDED_BY(catalog_mutex);
  uint64_t last_visible_file GUARDED_BY(catalog_mutex) = 0;

  // Group commit: the first waiter commits for all.
  struct Pending {
    const Batch* batch;
    std::string record;
    Status status;
    bool done = false;
  };
  Mutex commit_mutex;
  CondVar committed;
  std::vector<Pending*> queue GUARDED_BY(commit_mutex);
  bool committing GUARDED_BY(commit_mutex) = false;

  Mutex seal_mutex;
  CondVar seal_wanted;
  CondVar sealed_changed;
  bool stopping GUARDED_BY(seal_mutex) = false;
  uint64_t seal_wishes GUARDED_BY(seal_mutex) = 0;
  uint64_t failures GUARDED_BY(seal_mutex) = 0;
  Status last_failure GUARDED_BY(seal_mutex);
  std::thread sealer;

  // store_open.cc
  Status open();
  Status open_index();
  Status reconcile_files();
  Status adopt_or_remove(const std::string& day, uint64_t id);
  Status set_aside(const std::string& path);
  Status replay();
  void register_gauges(Metrics& m);
  // store_append.cc
  Status append(const Batch& batch);
  void commit(const std::vector<Pending*>& group);
  Status wait_for_room();
  // store_seal.cc
  void run_sealer();
  void wish_seal();
  Status seal(const Head::WindowRef& window);
  Status flush();
  Status maintain();
  Status remove_expired();
  // store_read.cc
  struct Snapshot {
    std::vector<Head::WindowRef> windows;
    uint64_t last_file;
  };
  Snapshot snapshot() const;
  std::vector<StreamRef> streams_in_range(TimeRange range,
                                          const std::vector<std::vector<Matcher>>& groups,
                                          Status& status) const;
};

}  // namespace logsvc::store
