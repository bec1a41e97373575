// What changes the set of chunk files: numbers, replacing, dropping, removing what nobody reads.
#include <algorithm>
#include <set>

#include "store/store_impl.h"

namespace logsvc::store {
namespace {
constexpr size_t kManyDays = 16;  // are synced together
}

uint64_t Store::Impl::next_number() {
  constexpr uint64_t kMaxSeconds = UINT32_MAX;
  const int64_t seconds = std::max<int64_t>(0, clock.now() / kSecond);
  const uint64_t place =
      std::max(last_place + 1, std::min(static_cast<uint64_t>(seconds), kMaxSeconds));
  return first_number(place);
}

std::shared_ptr<const FileSet> Store::Impl::files_now() const {
  ReaderLock catalog(catalog_mutex);
  return visible;
}

void Store::Impl::publish(std::span<const uint64_t> gone, std::span<const FileRow> fresh,
                          std::span<const Head::WindowRef> windows) {
  auto next = std::make_shared<FileSet>(*files_now());
  for (const uint64_t id : gone) {
    const auto found = next->find(id);
    if (found == next->end()) continue;
    retired.push_back(std::move(found->second));
    next->erase(found);
  }
  for (const FileRow& row : fresh) {
    (*next)[row.id] = std::make_shared<const FileRow>(row);
    last_place = std::max(last_place, place_of(row.id));
  }
  WriterLock catalog(catalog_mutex);
  visible = std::move(next);
  head.done(windows);
}

Status Store::Impl::drop_files(const std::vector<uint64_t>& ids) {
  RETURN_IF_ERROR(clear_failed_files());
  RETURN_IF_ERROR(index->replace_files(ids, nullptr, nullptr, streams));
  publish(ids, {}, {});
  return remove_retired();
}

// Files first, then rows: a file whose row is gone would be adopted by the next start.
Status Store::Impl::remove_retired() {
  std::vector<uint64_t> ids;
  std::set<std::string> days;
  std::vector<std::shared_ptr<const FileRow>> left;
  for (auto& row : retired) {
    if (row.use_count() > 1) {  // a query reads it
      left.push_back(row);
      continue;
    }
    forget(row->id);
    periods_looked_at.erase(row->id);
    const std::string path = names.chunk(row->day, row->id);
    if (files.exists(path)) RETURN_IF_ERROR(files.remove(path));
    ids.push_back(row->id);
    days.insert(row->day);
  }
  if (ids.empty()) return {};
  RETURN_IF_ERROR(sync_days(days));
  RETURN_IF_ERROR(index->forget_files(ids));
  retired = std::move(left);
  return {};
}

// The directory may exist without being durable: an earlier attempt may have failed between mkdir
// and sync.
Status Store::Impl::make_days(std::span<const NewFile> of) {
  std::vector<std::string> made;
  for (const NewFile& file : of) {
    if (lasting_days.count(file.row.day)) continue;
    RETURN_IF_ERROR(files.make_dirs(names.day(file.row.day)));
    made.push_back(file.row.day);
  }
  if (made.empty()) return {};
  RETURN_IF_ERROR(files.sync_dir(names.chunks()));
  lasting_days.insert(made.begin(), made.end());
  return {};
}

// Makes removals last; directories that are empty go too.
Status Store::Impl::sync_days(const std::set<std::string>& days) {
  const bool many = days.size() >= kManyDays;
  if (many) RETURN_IF_ERROR(files.sync_disk(names.chunks()));
  bool removed = false;
  for (const std::string& day : days) {
    const std::string dir = names.day(day);
    if (!files.exists(dir)) continue;
    if (!many) RETURN_IF_ERROR(files.sync_dir(dir));
    ASSIGN_OR_RETURN(const auto left, files.list(dir));
    if (!left.empty()) continue;
    lasting_days.erase(day);
    RETURN_IF_ERROR(files.remove_dir(dir));
    removed = true;
  }
  return removed ? files.sync_dir(names.chunks()) : Status();
}

// A file that failed half way must not come back after a crash, when others have taken its place.
Status Store::Impl::clear_failed(const std::string& path) {
  for (const std::string& left : {path + ".tmp", path}) {
    if (files.exists(left)) RETURN_IF_ERROR(files.remove(left));
  }
  return files.sync_dir(parent_dir(path));
}

Status Store::Impl::clear_failed_files() {
  while (!failed_files.empty()) {
    RETURN_IF_ERROR(clear_failed(failed_files.back()));
    failed_files.pop_back();
  }
  return {};
}

// Streams that have nothing left, unless the head just got something for them.
Status Store::Impl::remove_unused_streams() {
  MutexLock apply(apply_mutex);
  std::unordered_set<uint64_t> used;
  const auto windows = head.windows();
  for (const auto& w : windows) w->add_stream_ids(used);
  RETURN_IF_ERROR(index->remove_unused_streams(used));
  streams.keep_only(used);
  return index->forget_sealed(journal->first_sequence());
}

}  // namespace logsvc::store
