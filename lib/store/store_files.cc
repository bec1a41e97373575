// What changes the set of chunk files: numbers, replacing, dropping, removing what nobody reads.
#include <algorithm>
#include <set>

#include "store/store_impl.h"

namespace logsvc::store {
uint64_t Store::Impl::next_number() {
  constexpr uint64_t kMaxSeconds = UINT32_MAX;
  const int64_t seconds = std::max<int64_t>(0, clock.now() / kSecond);
  const uint64_t place =
      std::max(last_place + 1, std::min(static_cast<uint64_t>(seconds), kMaxSeconds));
  return first_number(place);
}

void Store::Impl::publish(std::span<const uint64_t> gone, std::span<const FileRow> fresh,
                          std::span<const Head::WindowRef> windows) {
  for (const FileRow& row : fresh) last_place = std::max(last_place, place_of(row.id));
  catalog->publish(gone, fresh, windows);
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
  std::set<std::string> of_days;
  for (const FileRow& row : catalog->unread_retired()) {
    catalog->forget(row.id);
    periods_looked_at.erase(row.id);
    const std::string path = names.chunk(row.day, row.id);
    if (files.exists(path)) RETURN_IF_ERROR(files.remove(path));
    ids.push_back(row.id);
    of_days.insert(row.day);
  }
  if (ids.empty()) return {};
  RETURN_IF_ERROR(days.sync(of_days));
  RETURN_IF_ERROR(index->forget_files(ids));
  catalog->removed(ids);
  return {};
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
  return committer->while_paused([this]() -> Status {
    std::unordered_set<uint64_t> used;
    const auto windows = head.windows();
    for (const auto& w : windows) w->add_stream_ids(used);
    RETURN_IF_ERROR(index->remove_unused_streams(used));
    streams.keep_only(used);
    return index->forget_sealed(journal->first_sequence());
  });
}

}  // namespace logsvc::store
