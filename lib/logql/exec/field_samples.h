// Makes samples from one field of lines, as a source keeps it beside them.
#pragma once

#include <optional>

#include "logql/exec/series_table.h"
#include "pushdown/column_source.h"

namespace logsvc::logql {

// Adds what converts to a number. Entries whose value does not convert become errors instead of
// samples, with all their labels: they are left for read_rest().
class FieldSamples : public pushdown::FieldVisitor {
 public:
  // Borrows all of them. The plan has an unwrapper.
  FieldSamples(const AggregationPlan& plan, SeriesTable& series, ExecContext& context)
      : plan_(plan),
        series_(series),
        context_(context),
        keeps_failures_(plan.unwrapper->keeps_failures()) {}

  Status values(const LabelSet& stream, std::span<const Timestamp> times,
                std::span<const std::string_view> values) override;
  Status entry(const LabelSet& stream, const Entry& entry) override;

  // Goes through the entries that were left, if there are any.
  Status read_rest();

 private:
  void leave(Timestamp t);

  const AggregationPlan& plan_;
  SeriesTable& series_;
  ExecContext& context_;
  const bool keeps_failures_;
  LabelState state_;
  std::optional<TimeRange> rest_;  // the times of those that were left
};

}  // namespace logsvc::logql
