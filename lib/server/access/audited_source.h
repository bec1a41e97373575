// The lines, and with them the audit log where a selector asks for it by kind="audit", whatever
// else it says; nothing else finds it. Safe from several threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pushdown/column_source.h"
#include "server/access/joined_source.h"
#include "server/access/scoped_source.h"

namespace logsvc::server {

class AuditedSource : public LogSource, private pushdown::ColumnSource {
 public:
  AuditedSource(std::shared_ptr<const LogSource> lines, std::shared_ptr<const LogSource> audit);

  Result<std::unique_ptr<EntryIterator>> select(const SelectQuery& query) const override;
  const pushdown::ColumnSource* columns() const override;
  Result<std::vector<LabelSet>> series(
      TimeRange range, const std::vector<std::vector<Matcher>>& groups) const override;
  Result<std::vector<std::string>> label_names(TimeRange range,
                                               const std::vector<Matcher>& matchers) const override;
  Result<std::vector<std::string>> label_values(
      const std::string& name, TimeRange range,
      const std::vector<Matcher>& matchers) const override;
  Result<std::vector<StreamTotals>> totals(TimeRange range,
                                           const std::vector<Matcher>& matchers) const override;
  Result<std::vector<StreamVolume>> volumes(const std::vector<TimeRange>& buckets,
                                            const std::vector<Matcher>& matchers) const override;

 private:
  Result<ReadStats> count(const pushdown::CountQuery& query,
                          const pushdown::CountVisitor& visit) const override;
  Result<ReadStats> visit_times(const SelectQuery& query,
                                const pushdown::TimesVisitor& visit) const override;
  Result<ReadStats> visit_field(const SelectQuery& query, const std::string& name,
                                pushdown::FieldVisitor& visitor) const override;
  // Where the streams are that such a selector may find.
  const LogSource& source_for(const std::vector<Matcher>& matchers) const;

  const std::shared_ptr<const LogSource> lines_;
  const std::shared_ptr<const LogSource> audit_;
  // Lines that only look like the audit log's are left out: those from before such were refused.
  const ScopedSource own_lines_;
  const JoinedSource both_;
};

}  // namespace logsvc::server
