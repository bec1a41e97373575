// A part of a source: the streams for which further matchers hold. Immutable; safe from several
// threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/log_source.h"
#include "pushdown/column_source.h"

namespace logsvc::server {

class ScopedSource : public LogSource, private pushdown::ColumnSource {
 public:
  ScopedSource(std::shared_ptr<const LogSource> all, std::vector<Matcher> scope)
      : all_(std::move(all)), scope_(std::move(scope)) {}

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
  std::vector<Matcher> narrowed(std::vector<Matcher> matchers) const;
  SelectQuery narrowed(SelectQuery query) const;

  const std::shared_ptr<const LogSource> all_;
  const std::vector<Matcher> scope_;
};

}  // namespace logsvc::server
