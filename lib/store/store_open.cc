#include "store/change/quarantine.h"
#include "store/change/reconciler.h"
#include "store/store_impl.h"

namespace logsvc::store {

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Store::~Store() {
  {
    MutexLock lock(impl_->seal_mutex);
    impl_->stopping = true;
    impl_->seal_wanted.notify_all();
  }
  if (impl_->sealer.joinable()) impl_->sealer.join();
  if (const Status synced = impl_->journal->sync(); !synced.ok()) {
    impl_->diagnostics.error("store", "the journal could not be synced at the end",
                             {{"why", synced.error().message}});
  }
}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options, FileSystem& files,
                                           const Clock& clock, Metrics& metrics,
                                           Diagnostics& diagnostics) {
  auto impl = std::make_unique<Impl>(std::move(options), files, clock, metrics, diagnostics);
  RETURN_IF_ERROR(impl->open());
  Impl* raw = impl.get();
  auto store = std::unique_ptr<Store>(new Store(std::move(impl)));
  raw->register_gauges(metrics);
  if (raw->options.sealer_thread) raw->sealer = std::thread([raw] { raw->run_sealer(); });
  if (const Status replayed = raw->keeper->replay(*raw->committer); !replayed.ok())
    return replayed.error();
  raw->open_retention_clock();
  return store;
}

Status Store::Impl::open() {
  RETURN_IF_ERROR(files.make_dirs(names.chunks()));
  ASSIGN_OR_RETURN(DirectoryLock held, DirectoryLock::acquire(names.lock()));
  lock.emplace(std::move(held));
  ASSIGN_OR_RETURN(journal, open_journal(environment));
  RETURN_IF_ERROR(files.sync_dir(names.root()));
  ASSIGN_OR_RETURN(deletions,
                   DeletionRequests::open(files, names.deletions(), options.compile_deletion,
                                          options.max_active_deletions));
  RETURN_IF_ERROR(open_index());
  ASSIGN_OR_RETURN(auto acknowledged, journal::PlaceFile::open(files, names.acknowledged()));
  Status read = read_index(acknowledged->sequence());
  if (!read.ok() && read.error().code == ErrorCode::kCorrupt) {
    // What it says contradicts itself: the files are the truth.
    RETURN_IF_ERROR(build_index_anew(read.error()));
    streams.keep_only({});
    read = read_index(acknowledged->sequence());
  }
  RETURN_IF_ERROR(read);
  committer.emplace(environment, *journal, std::move(acknowledged), head, streams, *this);
  reader.emplace(environment, *catalog, streams);
  return {};
}

Status Store::Impl::read_index(uint64_t acknowledged) {
  RETURN_IF_ERROR(index->load_streams(streams));
  ASSIGN_OR_RETURN(const auto damaged, index->damaged_blocks());
  {
    MutexLock change(change_mutex);
    ASSIGN_OR_RETURN(FileSet found, Reconciler(environment, *index, streams, last_place).run());
    catalog.emplace(environment, *index, head, *deletions, std::move(found), damaged);
  }
  keeper.emplace(environment, *journal, *index, head);
  return keeper->check(*catalog->files(), acknowledged);
}

// A folder that no run of this release kept the time of has the time of its newest line.
void Store::Impl::open_retention_clock() {
  std::optional<Timestamp> newest;
  const auto all = catalog->files();
  for (const auto& [id, row] : *all) newest = std::max(newest.value_or(row->last), row->last);
  for (const auto& window : head.windows()) {
    newest = std::max(newest.value_or(window->day()), add_saturated(window->day(), kDay - 1));
  }
  const Status opened = retention_clock.open(clock.now(), clock.steady_ns(), newest);
  if (!opened.ok()) {
    diagnostics.warn("store", "the time of the last run is not known",
                     {{"why", opened.error().message}});
  }
  look_at_clock();
}

Status Store::Impl::open_index() {
  auto opened = CatalogDb::open(names.index());
  if (!opened.ok() && (opened.error().code == ErrorCode::kCorrupt ||
                       opened.error().code == ErrorCode::kUnsupported)) {
    return build_index_anew(opened.error());
  }
  if (!opened.ok()) return opened.error();
  index = std::move(*opened);
  return {};
}

Status Store::Impl::build_index_anew(const Error& why) {
  diagnostics.warn("store", "the index cannot be used: building it anew from the chunk files",
                   {{"why", why.message}});
  metrics.index_rebuilds.add();
  keeper.reset();
  catalog.reset();
  index.reset();
  RETURN_IF_ERROR(set_aside(files, names, names.index()));
  for (const char* suffix : {"-wal", "-shm"}) {
    if (files.exists(names.index() + suffix)) {
      RETURN_IF_ERROR(files.remove(names.index() + suffix));
    }
  }
  ASSIGN_OR_RETURN(index, CatalogDb::open(names.index()));
  return {};
}

void Store::Impl::register_gauges(Metrics& m) {
  const auto gauge = [&](const char* name, const char* help, std::function<double()> read) {
    m.gauge_function(name, help, std::move(read));
  };
  gauge("logsvc_store_streams", "Streams known",
        [this] { return static_cast<double>(streams.size()); });
  gauge("logsvc_store_head_bytes", "Bytes of lines in memory, not yet in chunk files",
        [this] { return static_cast<double>(head.sizes().line_bytes); });
  gauge("logsvc_store_journal_bytes", "Bytes of the journal's files",
        [this] { return static_cast<double>(journal->size_bytes()); });
  gauge("logsvc_store_damaged_blocks", "Blocks that do not verify and are left out by queries",
        [this] { return static_cast<double>(catalog->chunks().damaged_blocks()); });
  gauge("logsvc_store_retention_held",
        "1 while nothing is deleted for its age since the clock is not believed",
        [this] { return retention_clock.held() ? 1.0 : 0.0; });
  gauge("logsvc_store_files", "Chunk files",
        [this] { return static_cast<double>(catalog->files()->size()); });
  gauge("logsvc_store_file_bytes", "Bytes of the chunk files", [this] {
    double total = 0;
    const auto all = catalog->files();
    for (const auto& [id, row] : *all) total += static_cast<double>(row->bytes);
    return total;
  });
}

}  // namespace logsvc::store
