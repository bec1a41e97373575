#include "store/catalog/catalog.h"

#include <unordered_set>

namespace logsvc::store {

// The index's part gets three sixteenths of the memory for caches, and the time marks get one.
Catalog::Catalog(const StoreEnvironment& environment, CatalogDb& index, Head& head,
                 const DeletionRequests& deletions, FileSet files,
                 const std::vector<CatalogDb::DamagedBlock>& damaged)
    : environment_(environment),
      index_(index),
      head_(head),
      deletions_(deletions),
      directory_(index, environment.options.cache_bytes() / 16 * 3),
      chunks_(environment.files, environment.options.cache_bytes() / 16 * 12),
      marks_(environment.options.cache_bytes() / 16),
      visible_(std::make_shared<const FileSet>(std::move(files))) {
  for (const auto& d : damaged) chunks_.remember_damage(d.file_id, d.block, d.why);
  // Blocks that a query finds damaged are recorded, so that no other has to find them again.
  chunks_.on_damage([this](uint64_t file, uint32_t block, const Error& error) {
    if (const Status kept = index_.add_damaged({file, block, error.message}); !kept.ok()) {
      environment_.diagnostics.error("store", "cannot write down a damaged block",
                                     {{"why", kept.error().message}});
    }
  });
}

Snapshot Catalog::snapshot() const {
  ReaderLock lock(mutex_);
  return {head_.windows(), visible_, deletions_.active()};
}

std::shared_ptr<const FileSet> Catalog::files() const {
  ReaderLock lock(mutex_);
  return visible_;
}

void Catalog::publish(std::span<const uint64_t> gone, std::span<const FileRow> fresh,
                      std::span<const Head::WindowRef> windows) {
  auto next = std::make_shared<FileSet>(*files());
  std::vector<std::shared_ptr<const FileRow>> retired;
  for (const uint64_t id : gone) {
    const auto found = next->find(id);
    if (found == next->end()) continue;
    retired.push_back(std::move(found->second));
    next->erase(found);
  }
  for (const FileRow& row : fresh) (*next)[row.id] = std::make_shared<const FileRow>(row);
  std::shared_ptr<const FileSet> set =
      std::move(next);  // the old set is destroyed after the lock is released
  WriterLock lock(mutex_);
  visible_.swap(set);
  retired_.insert(retired_.end(), retired.begin(), retired.end());
  head_.done(windows);
}

std::vector<FileRow> Catalog::retired() const {
  ReaderLock lock(mutex_);
  std::vector<FileRow> out;
  for (const auto& row : retired_) out.push_back(*row);
  return out;
}

// No new query can start to hold one, since they are not visible.
std::vector<FileRow> Catalog::unread_retired() const {
  ReaderLock lock(mutex_);
  std::vector<FileRow> out;
  for (const auto& row : retired_) {
    if (row.use_count() == 1) out.push_back(*row);
  }
  return out;
}

void Catalog::removed(std::span<const uint64_t> ids) {
  const std::unordered_set<uint64_t> gone(ids.begin(), ids.end());
  WriterLock lock(mutex_);
  std::erase_if(retired_, [&](const auto& row) { return gone.count(row->id) > 0; });
}

void Catalog::forget(uint64_t file) {
  directory_.remove(file);
  chunks_.remove(file);
  marks_.remove(file);
}

void report_damage(const StoreEnvironment& environment, const Error& error) {
  environment.metrics.damaged_reads.add();
  environment.diagnostics.error("store", "a block cannot be read: queries go on without it",
                                {{"why", error.message}});
}

}  // namespace logsvc::store
