#include "store/change/expiry.h"

#include <algorithm>
#include <map>
#include <string>

namespace logsvc::store {
namespace {
constexpr size_t kMostExpired = 1000;               // files per call
constexpr Duration kRememberDeletions = 30 * kDay;  // for processed ones
}  // namespace

Expiry::Expiry(FileChanges& changes, const Retention& retention, const RetentionClock& clock,
               DeletionRequests& requests, journal::Journal& journal, JournalKeeper& keeper,
               Committer& committer, UnusedStreams& unused)
    : changes_(changes),
      environment_(changes.environment()),
      retention_(retention),
      clock_(clock),
      requests_(requests),
      journal_(journal),
      keeper_(keeper),
      committer_(committer),
      unused_(unused) {}

Status Expiry::run() {
  MutexLock lock(changes_.mutex());
  RETURN_IF_ERROR(changes_.remove_retired());
  RETURN_IF_ERROR(drop_expired_windows());
  RETURN_IF_ERROR(remove_expired());
  return enforce_caps();
}

// Drops lines that were past the retention already when they came.
Status Expiry::drop_expired_windows() {
  if (clock_.held()) return {};
  const uint64_t dropped = committer_.drop([this, now = environment_.clock.now()](Timestamp day) {
    return retention_.is_past_all(day, now);
  });
  if (dropped == 0) return {};
  environment_.metrics.expired_entries.add(dropped);
  environment_.diagnostics.info("store", "left out lines that came past the retention",
                                {{"entries", std::to_string(dropped)}});
  RETURN_IF_ERROR(unused_.remove(changes_));
  return keeper_.trim();
}

// Removes whole days past every period of the retention, a thousand files at a time; Retainer
// handles single streams.
Status Expiry::remove_expired() {
  if (clock_.held()) return {};
  std::vector<uint64_t> expired;
  uint64_t entries = 0;
  {
    const auto all = changes_.catalog().files();
    for (const auto& [id, row] : *all) {
      if (!retention_.is_past_all(start_of_day(row->first), environment_.clock.now())) continue;
      expired.push_back(id);
      entries += row->rows;
      if (expired.size() == kMostExpired) break;
    }
  }
  RETURN_IF_ERROR(
      requests_.forget_processed(add_saturated(environment_.clock.now(), -kRememberDeletions)));
  if (expired.empty()) return {};
  RETURN_IF_ERROR(changes_.drop(expired));
  environment_.metrics.expired_entries.add(entries);
  environment_.diagnostics.info(
      "store", "deleted days past the retention",
      {{"files", std::to_string(expired.size())}, {"entries", std::to_string(entries)}});
  return unused_.remove(changes_);
}

namespace {

// Returns the files of the oldest days that have about so many bytes; of the last day one file
// after the other, or none.
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

// Returns what has to go next to be within the caps; empty if nothing has to.
Result<std::vector<uint64_t>> Expiry::files_over_caps() const {
  const auto all = changes_.catalog().files();
  uint64_t used = journal_.size_bytes();
  for (const auto& [id, row] : *all) used += row->bytes;
  if (environment_.options.max_bytes != 0 && used > environment_.options.max_bytes) {
    return oldest_files(*all, used - environment_.options.max_bytes, false);
  }
  if (environment_.options.min_free_bytes == 0) return std::vector<uint64_t>();
  ASSIGN_OR_RETURN(const DiskSpace space, environment_.files.space(environment_.names.root()));
  uint64_t soon = space.free_bytes;  // free once queries are done with what is gone
  for (const FileRow& row : changes_.catalog().retired()) soon += row.bytes;
  if (soon >= environment_.options.min_free_bytes) return std::vector<uint64_t>();
  return oldest_files(*all, environment_.options.min_free_bytes - soon, true);
}

Status Expiry::enforce_caps() {
  if (environment_.options.max_bytes == 0 && environment_.options.min_free_bytes == 0) return {};
  uint64_t bytes = 0, entries = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<uint64_t> over, files_over_caps());
    if (over.empty()) break;
    uint64_t gone = 0;
    {
      const auto all = changes_.catalog().files();
      for (const uint64_t id : over) {
        bytes += all->at(id)->bytes;
        gone += all->at(id)->rows;
      }
    }
    RETURN_IF_ERROR(changes_.drop(over));
    environment_.metrics.capped_entries.add(gone);
    entries += gone;
  }
  if (entries == 0) return {};
  environment_.diagnostics.warn(
      "store", "dropped the oldest lines: the disk or the size cap is full",
      {{"bytes", std::to_string(bytes)}, {"entries", std::to_string(entries)}});
  return unused_.remove(changes_);
}

}  // namespace logsvc::store
