// Serves entries in memory as a LogSource.
#pragma once

#include <vector>

#include "model/log_source.h"
#include "support/batches.h"

namespace logsvc::testing {

class MemoryLogSource : public LogSource {
 public:
  void add(const LabelSet& labels, Line line) { lines_.push_back({labels, std::move(line)}); }

  Result<std::unique_ptr<EntryIterator>> select(const SelectQuery& query) const override;
  Result<std::vector<LabelSet>> series(TimeRange,
                                       const std::vector<std::vector<Matcher>>&) const override;
  Result<std::vector<std::string>> label_names(TimeRange,
                                               const std::vector<Matcher>&) const override;
  Result<std::vector<std::string>> label_values(const std::string&, TimeRange,
                                                const std::vector<Matcher>&) const override;
  Result<std::vector<StreamTotals>> totals(TimeRange, const std::vector<Matcher>&) const override;
  Result<std::vector<StreamVolume>> volumes(const std::vector<TimeRange>&,
                                            const std::vector<Matcher>&) const override;

 private:
  std::vector<StoredLine> lines_;  // in order of arrival
};

}  // namespace logsvc::testing
