#include "server/access/scoped_source.h"

namespace logsvc::server {

std::vector<Matcher> ScopedSource::narrowed(std::vector<Matcher> matchers) const {
  matchers.insert(matchers.end(), scope_.begin(), scope_.end());
  return matchers;
}

SelectQuery ScopedSource::narrowed(SelectQuery query) const {
  query.matchers = narrowed(std::move(query.matchers));
  return query;
}

Result<std::unique_ptr<EntryIterator>> ScopedSource::select(const SelectQuery& query) const {
  return all_->select(narrowed(query));
}

const pushdown::ColumnSource* ScopedSource::columns() const {
  return all_->columns() ? this : nullptr;
}

Result<std::vector<LabelSet>> ScopedSource::series(
    TimeRange range, const std::vector<std::vector<Matcher>>& groups) const {
  // No groups mean every stream, so the scope becomes one.
  if (groups.empty()) return all_->series(range, {scope_});
  std::vector<std::vector<Matcher>> all;
  all.reserve(groups.size());
  for (const auto& group : groups) all.push_back(narrowed(group));
  return all_->series(range, all);
}

Result<std::vector<std::string>> ScopedSource::label_names(
    TimeRange range, const std::vector<Matcher>& matchers) const {
  return all_->label_names(range, narrowed(matchers));
}

Result<std::vector<std::string>> ScopedSource::label_values(
    const std::string& name, TimeRange range, const std::vector<Matcher>& matchers) const {
  return all_->label_values(name, range, narrowed(matchers));
}

Result<std::vector<StreamTotals>> ScopedSource::totals(TimeRange range,
                                                       const std::vector<Matcher>& matchers) const {
  return all_->totals(range, narrowed(matchers));
}

Result<std::vector<StreamVolume>> ScopedSource::volumes(
    const std::vector<TimeRange>& buckets, const std::vector<Matcher>& matchers) const {
  return all_->volumes(buckets, narrowed(matchers));
}

Result<ReadStats> ScopedSource::count(const pushdown::CountQuery& query,
                                      const pushdown::CountVisitor& visit) const {
  pushdown::CountQuery mine = query;
  mine.matchers = narrowed(std::move(mine.matchers));
  return all_->columns()->count(mine, visit);
}

Result<ReadStats> ScopedSource::visit_times(const SelectQuery& query,
                                            const pushdown::TimesVisitor& visit) const {
  return all_->columns()->visit_times(narrowed(query), visit);
}

Result<ReadStats> ScopedSource::visit_field(const SelectQuery& query, const std::string& name,
                                            pushdown::FieldVisitor& visitor) const {
  return all_->columns()->visit_field(narrowed(query), name, visitor);
}

}  // namespace logsvc::server
