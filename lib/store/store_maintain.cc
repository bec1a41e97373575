// What the background clock has done: old windows sealed, days past the retention dropped, small
// files joined.
#include <algorithm>

#include "os/memory.h"
#include "store/store_impl.h"

namespace logsvc::store {
namespace {
constexpr Duration kRewriteTime = 500 * kMillisecond;  // of one call, about
constexpr Duration kRetryRewriteAfter = kMinute;
constexpr Duration kRememberDeletions = 30 * kDay;  // processed ones
}  // namespace

Status Store::maintain() { return impl_->maintain(); }

Status Store::Impl::maintain() {
  {
    MutexLock apply(apply_mutex);
    const int64_t now = clock.steady_ns();
    head.rotate(UINT64_MAX, now - options.window_age);
    if (options.sync_interval && now - last_sync_ns >= options.sync_interval) {
      RETURN_IF_ERROR(journal->sync());
      last_sync_ns = now;
    }
  }
  if (!options.sealer_thread) RETURN_IF_ERROR(seal_all());
  if (head.has_sealing()) wish_seal();
  return_encoder_memory();
  {
    MutexLock change(change_mutex);
    RETURN_IF_ERROR(remove_retired());
    RETURN_IF_ERROR(remove_expired());
    RETURN_IF_ERROR(enforce_caps());
  }
  return rewrite_files();
}

// Once sealing has stopped for a while: while it goes on, the memory is wanted again at once.
void Store::Impl::return_encoder_memory() {
  const uint64_t sealed = metrics.sealed_files.value();
  const bool idle = sealed == sealed_at_maintenance;
  sealed_at_maintenance = sealed;
  if (!idle || sealed == sealed_at_return) return;
  sealed_at_return = sealed;
  return_free_memory();
}

// Whole days past every period of the retention; streams of their own: store_delete.cc.
Status Store::Impl::remove_expired() {
  std::vector<uint64_t> expired;
  uint64_t entries = 0;
  {
    const auto all = files_now();
    for (const auto& [id, row] : *all) {
      if (!retention.is_past_all(start_of_day(row->first), clock.now())) continue;
      expired.push_back(id);
      entries += row->rows;
    }
  }
  RETURN_IF_ERROR(deletions->forget_processed(add_saturated(clock.now(), -kRememberDeletions)));
  if (expired.empty()) return {};
  RETURN_IF_ERROR(drop_files(expired));
  metrics.expired_entries.add(entries);
  diagnostics.info(
      "store", "deleted days past the retention",
      {{"files", std::to_string(expired.size())}, {"entries", std::to_string(entries)}});
  return remove_unused_streams();
}

namespace {

// The files of the oldest day; of the last day the oldest file alone, or none.
std::vector<uint64_t> oldest_files(const FileSet& all, bool spare_last_day) {
  std::string oldest, newest;
  for (const auto& [id, row] : all) {
    if (oldest.empty() || row->day < oldest) oldest = row->day;
    if (row->day > newest) newest = row->day;
  }
  std::vector<uint64_t> out;
  if (spare_last_day && oldest == newest) return out;
  for (const auto& [id, row] : all) {
    if (row->day != oldest) continue;
    out.push_back(id);
    if (oldest == newest) break;
  }
  return out;
}

}  // namespace

// What has to go next to be within the caps; empty: nothing.
Result<std::vector<uint64_t>> Store::Impl::files_over_caps() {
  const auto all = files_now();
  uint64_t used = journal->size_bytes();
  for (const auto& [id, row] : *all) used += row->bytes;
  if (options.max_bytes != 0 && used > options.max_bytes) return oldest_files(*all, false);
  if (options.min_free_bytes == 0) return std::vector<uint64_t>();
  ASSIGN_OR_RETURN(const DiskSpace space, files.space(names.root()));
  uint64_t soon = 0;  // when queries are done with what is gone
  for (const auto& row : retired) soon += row->bytes;
  if (space.free_bytes + soon >= options.min_free_bytes) return std::vector<uint64_t>();
  return oldest_files(*all, true);
}

Status Store::Impl::enforce_caps() {
  if (options.max_bytes == 0 && options.min_free_bytes == 0) return {};
  uint64_t bytes = 0, entries = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<uint64_t> over, files_over_caps());
    if (over.empty()) break;
    uint64_t gone = 0;
    {
      const auto all = files_now();
      for (const uint64_t id : over) {
        bytes += all->at(id)->bytes;
        gone += all->at(id)->rows;
      }
    }
    RETURN_IF_ERROR(drop_files(over));
    metrics.capped_entries.add(gone);
    entries += gone;
  }
  if (entries == 0) return {};
  diagnostics.warn("store", "dropped the oldest lines: the disk or the size cap is full",
                   {{"bytes", std::to_string(bytes)}, {"entries", std::to_string(entries)}});
  return remove_unused_streams();
}

// One file after the other while sealing has nothing to do: a window waits for one at most.
Status Store::Impl::rewrite_files() {
  const int64_t begun = clock.steady_ns();
  while (!head.has_sealing() && clock.steady_ns() - begun < kRewriteTime) {
    MutexLock change(change_mutex);
    if (clock.steady_ns() < rewrite_not_before_ns) return {};
    const Result<bool> more = rewrite_some();
    if (!more.ok()) {
      rewrite_not_before_ns = clock.steady_ns() + kRetryRewriteAfter;
      return more.error();
    }
    if (!*more) return {};
    RETURN_IF_ERROR(remove_retired());
  }
  return {};
}

// What was asked for first; false: there is nothing to do.
Result<bool> Store::Impl::rewrite_some() {
  if (!options.hide_only) {
    ASSIGN_OR_RETURN(const bool deleted, delete_some());
    if (deleted) return true;
  }
  ASSIGN_OR_RETURN(const bool retained, retain_some());
  if (retained) return true;
  return join_some();
}

}  // namespace logsvc::store
