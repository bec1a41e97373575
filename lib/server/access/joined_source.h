// Two sources, which have no stream in common, as one. It tells nothing without giving lines.
// Borrows both; safe from several threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/log_source.h"

namespace logsvc::server {

class JoinedSource : public LogSource {
 public:
  JoinedSource(const LogSource& one, const LogSource& other) : one_(one), other_(other) {}

  Result<std::unique_ptr<EntryIterator>> select(const SelectQuery& query) const override;
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
  const LogSource& one_;
  const LogSource& other_;
};

}  // namespace logsvc::server
