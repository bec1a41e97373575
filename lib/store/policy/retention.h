// How long lines are kept: one period for all streams, others for those a rule selects.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "model/label_set.h"
#include "model/matcher.h"

namespace logsvc::store {

// Of the rules that select a stream the one of the highest priority counts, then the shortest.
struct RetentionRule {
  std::vector<Matcher> selector;
  uint64_t priority = 0;
  Duration period = 0;  // 0: for ever
};

class Retention {
 public:
  // period: of streams that no rule selects; 0: for ever.
  Retention(Duration period, std::vector<RetentionRule> rules)
      : period_(period), rules_(std::move(rules)) {}

  Duration period_of(const LabelSet& stream) const;
  bool has_rules() const { return !rules_.empty(); }
  // Whether everything of the day that starts here is past every period.
  bool is_past_all(Timestamp day, Timestamp now) const;
  bool is_past(Timestamp day, Timestamp now, const LabelSet& stream) const;
  // How many of the periods are over for the day: files are looked at again when this changes.
  size_t periods_past(Timestamp day, Timestamp now) const;

 private:
  static bool is_over(Timestamp day, Timestamp now, Duration period);

  const Duration period_;
  const std::vector<RetentionRule> rules_;
};

}  // namespace logsvc::store
