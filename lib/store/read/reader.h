// Answers queries: lines in the order of time, and what windows, index and columns tell without
// building lines. Each query uses a snapshot of the catalog, so that what is sealed, joined or
// deleted meanwhile changes nothing for it. Safe from several threads; takes no locks but those of
// the catalog and of caches.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/log_source.h"
#include "pushdown/column_source.h"
#include "store/read/read_context.h"

namespace logsvc::store {

class Reader {
 public:
  // Borrows all.
  Reader(const StoreEnvironment& environment, const Catalog& catalog, const StreamRegistry& streams)
      : context_(environment, catalog, streams) {}

  // These behave as in LogSource and ColumnSource.
  Result<std::unique_ptr<EntryIterator>> select(const SelectQuery& query) const;
  Result<ReadStats> count(const pushdown::CountQuery& query,
                          const pushdown::CountVisitor& visit) const;
  Result<ReadStats> visit_times(const SelectQuery& query,
                                const pushdown::TimesVisitor& visit) const;
  Result<ReadStats> visit_field(const SelectQuery& query, const std::string& name,
                                pushdown::FieldVisitor& visitor) const;
  Result<std::vector<LabelSet>> series(TimeRange range,
                                       const std::vector<std::vector<Matcher>>& groups) const;
  Result<std::vector<std::string>> label_names(TimeRange range,
                                               const std::vector<Matcher>& matchers) const;
  Result<std::vector<std::string>> label_values(const std::string& name, TimeRange range,
                                                const std::vector<Matcher>& matchers) const;
  Result<std::vector<StreamTotals>> totals(TimeRange range,
                                           const std::vector<Matcher>& matchers) const;
  Result<std::vector<StreamVolume>> volumes(const std::vector<TimeRange>& buckets,
                                            const std::vector<Matcher>& matchers) const;

 private:
  // Returns the streams that a group selects (all without a group) and that have lines in the
  // range, sorted by labels.
  Result<std::vector<StreamRef>> streams_in_range(
      TimeRange range, const std::vector<std::vector<Matcher>>& groups) const;

  const ReadContext context_;
};

}  // namespace logsvc::store
