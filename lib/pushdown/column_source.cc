#include "pushdown/column_source.h"

#include <algorithm>

namespace logsvc::pushdown {

Result<ReadStats> count_selected(const LogSource& source, const CountQuery& query,
                                 const CountVisitor& visit) {
  if (query.edges.size() < 2) return ReadStats();
  SelectQuery select;
  select.matchers = query.matchers;
  select.range = {query.edges.front(), query.edges.back()};
  select.lines = query.lines;
  select.stop = query.stop;
  ASSIGN_OR_RETURN(const auto entries, source.select(select));
  while (entries->next()) {
    const Entry& entry = entries->entry();
    if (!passes(query.lines, entry.line)) continue;
    const auto edge = std::upper_bound(query.edges.begin(), query.edges.end(), entry.timestamp) - 1;
    const BucketCount one{static_cast<size_t>(edge - query.edges.begin()), 1,
                          query.bytes ? entry.line.size() : 0};
    RETURN_IF_ERROR(visit(entries->labels(), std::span(&one, 1)));
  }
  RETURN_IF_ERROR(entries->status());
  return entries->stats();
}

Result<ReadStats> count(const LogSource& source, const CountQuery& query,
                        const CountVisitor& visit) {
  const ColumnSource* columns = source.columns();
  return columns ? columns->count(query, visit) : count_selected(source, query, visit);
}

Result<ReadStats> visit_times(const LogSource& source, const SelectQuery& query,
                              const TimesVisitor& visit) {
  if (const ColumnSource* columns = source.columns()) return columns->visit_times(query, visit);
  ASSIGN_OR_RETURN(const auto entries, source.select(query));
  while (entries->next()) {
    RETURN_IF_ERROR(visit(entries->labels(), std::span(&entries->entry().timestamp, 1)));
  }
  RETURN_IF_ERROR(entries->status());
  return entries->stats();
}

Result<ReadStats> visit_field(const LogSource& source, const SelectQuery& query,
                              const std::string& name, FieldVisitor& visitor) {
  if (const ColumnSource* columns = source.columns()) {
    return columns->visit_field(query, name, visitor);
  }
  SelectQuery forward = query;
  forward.direction = Direction::kForward;
  forward.limit_hint = 0;
  ASSIGN_OR_RETURN(const auto entries, source.select(forward));
  while (entries->next()) {
    if (!passes(query.lines, entries->entry().line)) continue;
    RETURN_IF_ERROR(visitor.entry(entries->labels(), entries->entry()));
  }
  RETURN_IF_ERROR(entries->status());
  return entries->stats();
}

}  // namespace logsvc::pushdown
