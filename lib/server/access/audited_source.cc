#include "server/access/audited_source.h"

#include <algorithm>
#include <set>

#include "server/audit/audit_event.h"

namespace logsvc::server {
namespace {

bool asks_for_audit(const std::vector<Matcher>& matchers) {
  return std::any_of(matchers.begin(), matchers.end(), [](const Matcher& matcher) {
    return matcher.type() == MatchType::kEqual && matcher.name() == kAuditLabel &&
           matcher.value() == kAuditLabelValue;
  });
}

// With kind="audit" this leaves out exactly the streams that are the audit log's.
std::vector<Matcher> not_the_audit_job() {
  return {*Matcher::make(MatchType::kNotEqual, "job", std::string(kAuditJob))};
}

}  // namespace

AuditedSource::AuditedSource(std::shared_ptr<const LogSource> lines,
                             std::shared_ptr<const LogSource> audit)
    : lines_(std::move(lines)),
      audit_(std::move(audit)),
      own_lines_(lines_, not_the_audit_job()),
      both_(own_lines_, *audit_) {}

const LogSource& AuditedSource::source_for(const std::vector<Matcher>& matchers) const {
  return asks_for_audit(matchers) ? static_cast<const LogSource&>(both_) : *lines_;
}

Result<std::unique_ptr<EntryIterator>> AuditedSource::select(const SelectQuery& query) const {
  return source_for(query.matchers).select(query);
}

const pushdown::ColumnSource* AuditedSource::columns() const {
  return lines_->columns() ? this : nullptr;
}

Result<std::vector<LabelSet>> AuditedSource::series(
    TimeRange range, const std::vector<std::vector<Matcher>>& groups) const {
  std::vector<std::vector<Matcher>> asking, others;
  for (const auto& group : groups) (asks_for_audit(group) ? asking : others).push_back(group);
  if (asking.empty()) return lines_->series(range, groups);
  ASSIGN_OR_RETURN(std::vector<LabelSet> out, both_.series(range, asking));
  if (others.empty()) return out;
  std::set<LabelSet> known(out.begin(), out.end());
  ASSIGN_OR_RETURN(const std::vector<LabelSet> more, lines_->series(range, others));
  for (const LabelSet& one : more) {
    if (known.insert(one).second) out.push_back(one);
  }
  return out;
}

Result<std::vector<std::string>> AuditedSource::label_names(
    TimeRange range, const std::vector<Matcher>& matchers) const {
  return source_for(matchers).label_names(range, matchers);
}

Result<std::vector<std::string>> AuditedSource::label_values(
    const std::string& name, TimeRange range, const std::vector<Matcher>& matchers) const {
  return source_for(matchers).label_values(name, range, matchers);
}

Result<std::vector<StreamTotals>> AuditedSource::totals(
    TimeRange range, const std::vector<Matcher>& matchers) const {
  return source_for(matchers).totals(range, matchers);
}

Result<std::vector<StreamVolume>> AuditedSource::volumes(
    const std::vector<TimeRange>& buckets, const std::vector<Matcher>& matchers) const {
  return source_for(matchers).volumes(buckets, matchers);
}

Result<ReadStats> AuditedSource::count(const pushdown::CountQuery& query,
                                       const pushdown::CountVisitor& visit) const {
  return pushdown::count(source_for(query.matchers), query, visit);
}

Result<ReadStats> AuditedSource::visit_times(const SelectQuery& query,
                                             const pushdown::TimesVisitor& visit) const {
  return pushdown::visit_times(source_for(query.matchers), query, visit);
}

Result<ReadStats> AuditedSource::visit_field(const SelectQuery& query, const std::string& name,
                                             pushdown::FieldVisitor& visitor) const {
  return pushdown::visit_field(source_for(query.matchers), query, name, visitor);
}

}  // namespace logsvc::server
