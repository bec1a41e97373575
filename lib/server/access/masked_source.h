// A source whose entries are masked (masked_entry.h) before anything reads them: filters, parsers
// and counts by what they find see masked texts alone, so that no query tells what is hidden.
// Labels of streams are as they are.
//
// Of what a query says of its lines, the source behind is told only what follows for the lines as
// they are stored: what a masked line contains that no replacement brought into it. What the reads
// cost is told in numbers of masked lines that pass, so that it depends on nothing hidden either;
// how long they take may. There are no columns: they hold the texts as they are.
//
// Immutable; safe from several threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "masking/masker.h"
#include "model/log_source.h"

namespace logsvc::server {

class MaskedSource : public LogSource {
 public:
  MaskedSource(std::shared_ptr<const LogSource> stored,
               std::shared_ptr<const masking::Masker> masker)
      : stored_(std::move(stored)), masker_(std::move(masker)) {}

  Result<std::unique_ptr<EntryIterator>> select(const SelectQuery& query) const override;
  Result<std::vector<LabelSet>> series(
      TimeRange range, const std::vector<std::vector<Matcher>>& groups) const override {
    return stored_->series(range, groups);
  }
  Result<std::vector<std::string>> label_names(
      TimeRange range, const std::vector<Matcher>& matchers) const override {
    return stored_->label_names(range, matchers);
  }
  Result<std::vector<std::string>> label_values(
      const std::string& name, TimeRange range,
      const std::vector<Matcher>& matchers) const override {
    return stored_->label_values(name, range, matchers);
  }
  Result<std::vector<StreamTotals>> totals(TimeRange range,
                                           const std::vector<Matcher>& matchers) const override {
    return stored_->totals(range, matchers);
  }
  Result<std::vector<StreamVolume>> volumes(const std::vector<TimeRange>& buckets,
                                            const std::vector<Matcher>& matchers) const override {
    return stored_->volumes(buckets, matchers);
  }

 private:
  const std::shared_ptr<const LogSource> stored_;
  const std::shared_ptr<const masking::Masker> masker_;
};

// Returns what holds for every line whose masked form passes the test. It may be trivial.
LinePredicate implied_before_masking(const LinePredicate& test, const masking::Masker& masker);

}  // namespace logsvc::server
