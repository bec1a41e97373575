// Decides how long lines are kept: one period holds for all streams, others for those that a rule
// selects.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "model/label_set.h"
#include "model/matcher.h"

namespace logsvc::store {

// Gives some streams a period of their own. Among the rules that select a stream the highest
// priority wins, then the shortest period.
struct RetentionRule {
  std::vector<Matcher> selector;
  uint64_t priority = 0;
  Duration period = 0;  // 0: for ever
};

class Retention {
 public:
  // period is for streams that no rule selects; 0: for ever.
  Retention(Duration period, std::vector<RetentionRule> rules)
      : period_(period), rules_(std::move(rules)) {}

  Duration period_of(const LabelSet& stream) const;
  bool has_rules() const { return !rules_.empty(); }
  // Returns whether everything of the day that starts here is past every period.
  bool is_past_all(Timestamp day, Timestamp now) const;
  bool is_past(Timestamp day, Timestamp now, const LabelSet& stream) const;
  // Returns how many of the periods are over for the day: files are checked again when this
  // changes.
  size_t periods_past(Timestamp day, Timestamp now) const;

 private:
  static bool is_over(Timestamp day, Timestamp now, Duration period);

  const Duration period_;
  const std::vector<RetentionRule> rules_;
};

}  // namespace logsvc::store
