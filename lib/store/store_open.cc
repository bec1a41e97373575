#include <algorithm>

#include "store/store_impl.h"

namespace logsvc::store {
namespace {

// Returns the newest time in sealed files and windows; nullopt if nothing is stored.
std::optional<Timestamp> newest_time(const Catalog& catalog) {
  const Snapshot now = catalog.snapshot();
  std::optional<Timestamp> newest;
  for (const auto& [id, row] : *now.files) {
    newest = std::max(newest.value_or(row->last), row->last);
  }
  for (const auto& window : now.windows) {
    newest = std::max(newest.value_or(window->day()), add_saturated(window->day(), kDay - 1));
  }
  return newest;
}

}  // namespace

Store::Impl::Impl(std::unique_ptr<StoreFoundation> opened)
    : base(std::move(opened)),
      retention(base->options.retention, base->options.retention_rules),
      clock(base->environment),
      catalog(base->environment, *base->index, base->head, *base->deletions, std::move(base->files),
              base->damaged),
      reader(base->environment, catalog, base->streams),
      changes(base->environment, catalog, *base->index, base->streams, base->last_place),
      sealer(changes, base->head, *base->keeper),
      committer(base->environment, *base->journal, std::move(base->acknowledged), base->head,
                base->streams, sealer),
      unused(*base->journal, base->head, committer),
      expiry(changes, retention, clock.clock(), *base->deletions, *base->journal, *base->keeper,
             committer, unused),
      deleter(changes, *base->deletions, clock.clock(), *base->journal, *base->keeper, committer,
              sealer, unused),
      retainer(changes, retention, clock.clock()),
      joiner(changes),
      maintenance(base->environment, {base->head, committer, sealer, clock, changes, expiry,
                                      deleter, retainer, joiner}) {}

Status Store::Impl::start() {
  sealer.start();
  RETURN_IF_ERROR(base->keeper->replay(committer));
  clock.open(newest_time(catalog));
  return {};
}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options, FileSystem& files,
                                           const Clock& clock, Metrics& metrics,
                                           Diagnostics& diagnostics) {
  auto base =
      std::make_unique<StoreFoundation>(std::move(options), files, clock, metrics, diagnostics);
  RETURN_IF_ERROR(base->open());
  auto store = std::unique_ptr<Store>(new Store(std::make_unique<Impl>(std::move(base))));
  store->impl_->register_gauges(metrics);
  RETURN_IF_ERROR(store->impl_->start());
  return store;
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Store::~Store() {
  impl_->sealer.stop();
  if (const Status synced = impl_->base->journal->sync(); !synced.ok()) {
    impl_->base->environment.diagnostics.error(
        "store", "the journal could not be synced at the end", {{"why", synced.error().message}});
  }
}

void Store::Impl::register_gauges(Metrics& m) {
  const auto gauge = [&](const char* name, const char* help, std::function<double()> read) {
    m.gauge_function(name, help, std::move(read));
  };
  gauge("logsvc_store_streams", "Streams known",
        [this] { return static_cast<double>(base->streams.size()); });
  gauge("logsvc_store_head_bytes", "Bytes of lines in memory, not yet in chunk files",
        [this] { return static_cast<double>(base->head.sizes().line_bytes); });
  gauge("logsvc_store_journal_bytes", "Bytes of the journal's files",
        [this] { return static_cast<double>(base->journal->size_bytes()); });
  gauge("logsvc_store_damaged_blocks", "Blocks that do not verify and are left out by queries",
        [this] { return static_cast<double>(catalog.chunks().damaged_blocks()); });
  gauge("logsvc_store_retention_held",
        "1 while nothing is deleted for its age since the clock is not believed",
        [this] { return clock.clock().held() ? 1.0 : 0.0; });
  gauge("logsvc_store_files", "Chunk files",
        [this] { return static_cast<double>(catalog.files()->size()); });
  gauge("logsvc_store_file_bytes", "Bytes of the chunk files", [this] {
    double total = 0;
    const auto all = catalog.files();
    for (const auto& [id, row] : *all) total += static_cast<double>(row->bytes);
    return total;
  });
}

}  // namespace logsvc::store
