#include "store/change/retainer.h"

#include "store/change/rewriting.h"

namespace logsvc::store {

Result<bool> Retainer::retain_some() {
  MutexLock lock(changes_.mutex());
  if (!retention_.has_rules() || clock_.held()) return false;
  const Timestamp now = changes_.environment().clock.now();
  const auto all = changes_.catalog().files();
  forget_gone(*all);
  for (const auto& [id, row] : *all) {
    const Timestamp day = start_of_day(row->first);
    const size_t past = retention_.periods_past(day, now);
    size_t& looked_at = looked_at_[id];
    if (looked_at == past || changes_.is_left_alone(id)) continue;
    const RowsToDelete rows{
        [&](const LabelSet& stream, Timestamp, Timestamp) {
          return retention_.is_past(day, now, stream);
        },
        [&](const LabelSet& stream, const Entry&) { return retention_.is_past(day, now, stream); }};
    ASSIGN_OR_RETURN(const bool holds, may_hold(changes_, *row, rows));
    if (holds) {
      ASSIGN_OR_RETURN(const uint64_t dropped, rewrite_without(changes_, *row, rows));
      changes_.environment().metrics.expired_entries.add(dropped);
      looked_at_.erase(id);
      looked_at_[id + 1] = past;
      return true;
    }
    looked_at = past;
  }
  return false;
}

// Checks all of them only when there are more than files.
void Retainer::forget_gone(const FileSet& files) {
  if (looked_at_.size() <= files.size()) return;
  std::erase_if(looked_at_, [&](const auto& file) { return !files.count(file.first); });
}

}  // namespace logsvc::store
