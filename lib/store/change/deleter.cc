#include "store/change/deleter.h"

#include "store/change/rewriting.h"

namespace logsvc::store {

Deleter::Deleter(FileChanges& changes, DeletionRequests& requests, const RetentionClock& clock,
                 journal::Journal& journal, JournalKeeper& keeper, Committer& committer,
                 WindowSealer& sealer, UnusedStreams& unused)
    : changes_(changes),
      requests_(requests),
      clock_(clock),
      journal_(journal),
      keeper_(keeper),
      committer_(committer),
      sealer_(sealer),
      unused_(unused) {}

Result<bool> Deleter::delete_some() {
  MutexLock lock(changes_.mutex());
  if (clock_.held()) return false;
  choose_due();
  if (work_.ids.empty()) return false;
  if (!work_.barrier) return begin();
  ASSIGN_OR_RETURN(const bool gone, is_gone_from_journal());
  if (!gone) return false;
  ASSIGN_OR_RETURN(const bool more, delete_from_one_file());
  return more ? Result<bool>(true) : finish();
}

// When other requests are due than before, work begins again.
void Deleter::choose_due() {
  const StoreEnvironment& environment = changes_.environment();
  const auto active = requests_.active();
  auto due = std::make_shared<ActiveDeletions>();
  std::vector<std::string> ids;
  for (const auto& d : *active) {
    const Timestamp at =
        add_saturated(d->request.created, environment.options.deletion_cancel_period);
    if (at > environment.clock.now()) continue;
    due->push_back(d);
    ids.push_back(d->request.id);
  }
  if (ids != work_.ids) work_ = {std::move(ids), std::move(due), {}, {}};
}

// What is open goes into files first; the journal begins a new segment, so that the old ones can
// go.
Result<bool> Deleter::begin() {
  ASSIGN_OR_RETURN(work_.barrier, committer_.begin_segment());
  sealer_.wish_seal();
  return true;
}

// Checks that no copy is left in the journal, or a start could bring it back.
Result<bool> Deleter::is_gone_from_journal() {
  if (journal_.first_sequence() > *work_.barrier) return true;
  RETURN_IF_ERROR(keeper_.trim());
  return journal_.first_sequence() > *work_.barrier;
}

Result<bool> Deleter::delete_from_one_file() {
  DeletionMatcher matcher(work_.requests, TimeRange{});
  const RowsToDelete rows{[&](const LabelSet& s, Timestamp first, Timestamp last) {
                            return matcher.may_match(s, first, last);
                          },
                          [&](const LabelSet& s, const Entry& e) { return matcher.matches(s, e); }};
  const auto all = changes_.catalog().files();
  size_t position = 0;
  for (const auto& [id, row] : *all) {
    ++position;
    if (!work_.done.insert(id).second) continue;
    ASSIGN_OR_RETURN(const bool holds, may_hold(changes_, *row, rows));
    if (!holds) continue;
    const auto dropped = rewrite_without(changes_, *row, rows);
    if (!dropped.ok()) {
      work_.done.erase(id);
      return dropped.error();
    }
    work_.done.insert(id + 1);
    changes_.environment().metrics.deleted_entries.add(*dropped);
    requests_.set_percent(work_.ids, static_cast<uint32_t>(100 * position / (all->size() + 1)));
    return true;
  }
  return false;
}

Result<bool> Deleter::finish() {
  RETURN_IF_ERROR(changes_.remove_retired());
  if (!changes_.catalog().retired().empty()) return false;  // a query still reads an old file
  RETURN_IF_ERROR(requests_.set_processed(work_.ids));
  changes_.environment().diagnostics.info("store", "processed delete requests",
                                          {{"requests", std::to_string(work_.ids.size())}});
  work_ = {};
  RETURN_IF_ERROR(unused_.remove(changes_));
  return true;
}

}  // namespace logsvc::store
