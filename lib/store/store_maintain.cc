// What the background clock has done: old windows sealed, days past the retention dropped, small
// files joined.
#include <algorithm>

#include "os/memory.h"
#include "store/store_impl.h"

namespace logsvc::store {
namespace {
constexpr Duration kRewriteTime = 500 * kMillisecond;  // of one call, about
constexpr Duration kRetryRewriteAfter = kMinute;
constexpr size_t kMostExpired = 1000;               // files of one call
constexpr Duration kRememberDeletions = 30 * kDay;  // processed ones
}  // namespace

Status Store::maintain() { return impl_->maintain(); }

Status Store::Impl::maintain() {
  RETURN_IF_ERROR(committer->maintain());
  if (!options.sealer_thread) RETURN_IF_ERROR(seal_all());
  if (head.has_sealing()) wish_seal();
  return_encoder_memory();
  look_at_clock();
  {
    MutexLock change(change_mutex);
    RETURN_IF_ERROR(remove_retired());
    RETURN_IF_ERROR(drop_expired_windows());
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

std::optional<HeldRetention> Store::retention_held() const { return impl_->retention_clock.held(); }

Status Store::confirm_clock() {
  impl_->diagnostics.warn("store", "the clock was confirmed: lines are deleted for their age again",
                          {{"clock", format_rfc3339(impl_->clock.now())}});
  return impl_->retention_clock.confirm(impl_->clock.now(), impl_->clock.steady_ns());
}

// Says so at once and every hour.
void Store::Impl::look_at_clock() {
  const int64_t steady = clock.steady_ns();
  if (const Status kept = retention_clock.look(clock.now(), steady); !kept.ok()) {
    diagnostics.warn("store", "cannot keep the time of this run", {{"why", kept.error().message}});
  }
  const auto held = retention_clock.held();
  if (!held && said_held_ns) {
    diagnostics.warn("store", "the clock is believed again: lines are deleted for their age", {});
  }
  if (!held) said_held_ns.reset();
  if (!held || (said_held_ns && steady - *said_held_ns < kHour)) return;
  said_held_ns = steady;
  diagnostics.error("store",
                    "the clock has jumped ahead: nothing is deleted for its age until the clock "
                    "has kept its pace "
                    "for a day or POST /api/retention/confirm-clock says that it is right",
                    {{"clock", format_rfc3339(held->clock)},
                     {"expected", format_rfc3339(held->expected)},
                     {"left", format_duration(held->left)}});
}

// Lines that came when they were past the retention already.
Status Store::Impl::drop_expired_windows() {
  if (retention_clock.held()) return {};
  const uint64_t dropped = committer->drop(
      [this, now = clock.now()](Timestamp day) { return retention.is_past_all(day, now); });
  if (dropped == 0) return {};
  metrics.expired_entries.add(dropped);
  diagnostics.info("store", "left out lines that came past the retention",
                   {{"entries", std::to_string(dropped)}});
  RETURN_IF_ERROR(remove_unused_streams());
  return keeper->trim();
}

// Whole days past every period of the retention, a thousand files at a time; streams of their own:
// store_delete.cc.
Status Store::Impl::remove_expired() {
  if (retention_clock.held()) return {};
  std::vector<uint64_t> expired;
  uint64_t entries = 0;
  {
    const auto all = catalog->files();
    for (const auto& [id, row] : *all) {
      if (!retention.is_past_all(start_of_day(row->first), clock.now())) continue;
      expired.push_back(id);
      entries += row->rows;
      if (expired.size() == kMostExpired) break;
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

// The files of the oldest days that have about so many bytes; of the last day one file after the
// other, or none.
std::vector<uint64_t> oldest_files(const FileSet& all, uint64_t bytes, bool spare_last_day) {
  std::map<std::string, std::vector<const FileRow*>> days;
  for (const auto& [id, row] : all) days[row->day].push_back(row.get());
  std::vector<uint64_t> out;
  uint64_t found = 0;
  for (const auto& [day, rows] : days) {
    const bool last = day == days.rbegin()->first;
    if (found >= bytes || (last && spare_last_day)) break;
    for (const FileRow* row : rows) {
      if (last && found >= bytes) break;
      out.push_back(row->id);
      found += row->bytes;
    }
  }
  return out;
}

}  // namespace

// What has to go next to be within the caps; empty: nothing.
Result<std::vector<uint64_t>> Store::Impl::files_over_caps() {
  const auto all = catalog->files();
  uint64_t used = journal->size_bytes();
  for (const auto& [id, row] : *all) used += row->bytes;
  if (options.max_bytes != 0 && used > options.max_bytes) {
    return oldest_files(*all, used - options.max_bytes, false);
  }
  if (options.min_free_bytes == 0) return std::vector<uint64_t>();
  ASSIGN_OR_RETURN(const DiskSpace space, files.space(names.root()));
  uint64_t soon = space.free_bytes;  // when queries are done with what is gone
  for (const FileRow& row : catalog->retired()) soon += row.bytes;
  if (soon >= options.min_free_bytes) return std::vector<uint64_t>();
  return oldest_files(*all, options.min_free_bytes - soon, true);
}

Status Store::Impl::enforce_caps() {
  if (options.max_bytes == 0 && options.min_free_bytes == 0) return {};
  uint64_t bytes = 0, entries = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<uint64_t> over, files_over_caps());
    if (over.empty()) break;
    uint64_t gone = 0;
    {
      const auto all = catalog->files();
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
