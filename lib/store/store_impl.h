// State shared by the store's parts. Private to this folder.
//
//   store.cc           the door                           store_open.cc     lock, index, gauges
//   store_seal.cc      the sealer thread                  store_maintain.cc retention, the clock
//   store_files.cc     the set of files and its changes   store_join.cc     undersized files
//   store_rewrite.cc   old files → a new one              store_delete.cc   requests, periods
//
// Order of locks: change → apply → (catalog, journal keeper) → (head, registry, index: leaves).
// The committer's queue and seal_mutex are held for bookkeeping alone, never while another is
// taken. change_mutex is held over the disk: by whoever changes the set of files, one window or
// file at a time.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <thread>
#include <unordered_set>

#include "base/mutex.h"
#include "journal/journal.h"
#include "store/catalog/catalog.h"
#include "store/change/day_directories.h"
#include "store/change/directory_lock.h"
#include "store/chunk/chunk_cache.h"
#include "store/common/store_metrics.h"
#include "store/head/committer.h"
#include "store/journal/journal_keeper.h"
#include "store/policy/deletion.h"
#include "store/policy/retention.h"
#include "store/policy/retention_clock.h"
#include "store/read/reader.h"
#include "store/store.h"

namespace logsvc::store {

// Lines that a rewritten file is to be without.
struct Doomed {
  // Whether the stream may have such lines in [first, last].
  std::function<bool(const LabelSet&, Timestamp first, Timestamp last)> may_match;
  std::function<bool(const LabelSet&, const Entry&)> matches;
};

struct Store::Impl : WindowSealer {
  Impl(StoreOptions o, FileSystem& f, const Clock& c, Metrics& m, Diagnostics& d)
      : options(std::move(o)),
        names(options.dir),
        retention(options.retention, options.retention_rules),
        files(f),
        clock(c),
        diagnostics(d),
        metrics(m),
        retention_clock(f, names.clock()) {}

  // Constant after open.
  const StoreOptions options;
  const FileNames names;
  const Retention retention;
  FileSystem& files;
  const Clock& clock;
  Diagnostics& diagnostics;
  StoreMetrics metrics;
  const StoreEnvironment environment{options, names, files, clock, diagnostics, metrics};
  std::optional<DirectoryLock> lock;
  std::unique_ptr<CatalogDb> index;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<DeletionRequests> deletions;

  // Synchronise themselves.
  RetentionClock retention_clock;
  StreamRegistry streams;
  Head head;
  // From open on.
  std::optional<Catalog> catalog;
  std::optional<JournalKeeper> keeper;
  std::optional<Committer> committer;
  std::optional<Reader> reader;

  // Held by whoever changes the set of files.
  Mutex change_mutex;
  uint64_t last_place GUARDED_BY(change_mutex) = 0;
  // Of the windows that are being sealed, kept while that fails.
  std::map<Head::WindowRef, uint64_t> seal_numbers GUARDED_BY(change_mutex);
  // Left by rewriting that failed; cleared before the next.
  std::vector<std::string> failed_files GUARDED_BY(change_mutex);
  std::set<uint64_t> left_alone GUARDED_BY(change_mutex);  // files that cannot be rewritten
  DayDirectories days GUARDED_BY(change_mutex){environment};
  // How many of the retention's periods were over when a file was last looked at.
  std::map<uint64_t, size_t> periods_looked_at GUARDED_BY(change_mutex);
  // Delete requests that are being worked off together.
  struct DeletionWork {
    std::vector<std::string> ids;
    std::optional<uint64_t> barrier;  // journal records up to here have to be gone first
    std::set<uint64_t> done;          // files
  };
  DeletionWork deletion_work GUARDED_BY(change_mutex);
  int64_t rewrite_not_before_ns GUARDED_BY(change_mutex) = INT64_MIN;

  Mutex seal_mutex;
  CondVar seal_wanted;
  CondVar sealed_changed;
  bool stopping GUARDED_BY(seal_mutex) = false;
  uint64_t seal_wishes GUARDED_BY(seal_mutex) = 0;
  uint64_t failures GUARDED_BY(seal_mutex) = 0;
  Status last_failure GUARDED_BY(seal_mutex);
  std::thread sealer;

  // Of the maintenance thread.
  uint64_t sealed_at_maintenance = 0;
  uint64_t sealed_at_return = 0;
  std::optional<int64_t> said_held_ns;  // steady

  // store_open.cc
  Status open();
  Status open_index();
  Status read_index(uint64_t acknowledged);
  Status build_index_anew(const Error& why);
  void open_retention_clock();
  void register_gauges(Metrics& m);
  // store_files.cc
  uint64_t next_number() REQUIRES(change_mutex);
  // Readers see the change at once; windows leave the head with it.
  void publish(std::span<const uint64_t> gone, std::span<const FileRow> fresh,
               std::span<const Head::WindowRef> windows) REQUIRES(change_mutex);
  Status drop_files(const std::vector<uint64_t>& ids) REQUIRES(change_mutex);
  Status remove_retired() REQUIRES(change_mutex);
  Status clear_failed(const std::string& path);
  Status clear_failed_files() REQUIRES(change_mutex);
  Status remove_unused_streams() REQUIRES(change_mutex);
  // store_rewrite.cc
  Result<std::shared_ptr<const ChunkReader>> open_for_rewrite(const FileRow& row)
      REQUIRES(change_mutex);
  void leave_alone(const FileRow& row, const Error& why) REQUIRES(change_mutex);
  static void add_span(JournalSpan& span, JournalSpan more);
  std::vector<uint64_t> replaced_by(const std::vector<uint64_t>& ids, const std::string& day) const
      REQUIRES(change_mutex);
  // fresh: number and day. Nothing is left of the files if `fill` adds no block.
  Status rewrite(const std::vector<uint64_t>& ids, FileRow fresh, JournalSpan span,
                 const std::function<Status(ChunkWriter&)>& fill) REQUIRES(change_mutex);
  // store_join.cc
  std::vector<std::shared_ptr<const FileRow>> files_to_join() REQUIRES(change_mutex);
  Result<bool> join_some() REQUIRES(change_mutex);  // false: there is nothing to join
  // store_delete.cc
  Result<bool> holds_doomed(const FileRow& row, const Doomed& doomed);
  // How many lines went.
  Result<uint64_t> rewrite_without(const FileRow& row, const Doomed& doomed) REQUIRES(change_mutex);
  Result<bool> retain_some() REQUIRES(change_mutex);
  Result<bool> delete_some() REQUIRES(change_mutex);
  Result<bool> begin_deletion() REQUIRES(change_mutex);
  Result<bool> delete_from_one_file(DeletionMatcher& matcher, const std::vector<std::string>& ids)
      REQUIRES(change_mutex);
  // store_seal.cc
  void run_sealer();
  void wish_seal() override;
  Status wait_for_room(uint64_t most_bytes) override;
  Status seal_some();
  Status write_windows(std::span<const Head::WindowRef> windows, std::vector<NewFile>& fresh)
      REQUIRES(change_mutex);
  Status write_chunks(std::span<const Head::WindowRef> windows, std::vector<NewFile>& fresh)
      REQUIRES(change_mutex);
  uint64_t number_of(const Head::WindowRef& window) REQUIRES(change_mutex);
  Status seal_all();
  Status flush();
  // store_maintain.cc
  Status maintain();
  void return_encoder_memory();
  void look_at_clock();
  Status remove_expired() REQUIRES(change_mutex);
  Status drop_expired_windows() REQUIRES(change_mutex);
  Status enforce_caps() REQUIRES(change_mutex);
  Result<std::vector<uint64_t>> files_over_caps() REQUIRES(change_mutex);
  Status rewrite_files();
  Result<bool> rewrite_some() REQUIRES(change_mutex);
};

}  // namespace logsvc::store
