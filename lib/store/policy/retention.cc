#include "store/policy/retention.h"

#include <algorithm>

namespace logsvc::store {

Duration Retention::period_of(const LabelSet& stream) const {
  const RetentionRule* best = nullptr;
  const auto is_shorter = [](Duration a, Duration b) { return a != 0 && (b == 0 || a < b); };
  for (const RetentionRule& rule : rules_) {
    if (!matches_all(rule.selector, stream)) continue;
    if (!best || rule.priority > best->priority ||
        (rule.priority == best->priority && is_shorter(rule.period, best->period))) {
      best = &rule;
    }
  }
  return best ? best->period : period_;
}

// Days are kept whole, until the last of their lines is certainly too old.
bool Retention::is_over(Timestamp day, Timestamp now, Duration period) {
  return period != 0 && add_saturated(day, kDay) <= add_saturated(now, -period);
}

bool Retention::is_past_all(Timestamp day, Timestamp now) const {
  return is_over(day, now, period_) &&
         std::all_of(rules_.begin(), rules_.end(),
                     [&](const RetentionRule& r) { return is_over(day, now, r.period); });
}

bool Retention::is_past(Timestamp day, Timestamp now, const LabelSet& stream) const {
  return is_over(day, now, period_of(stream));
}

size_t Retention::periods_past(Timestamp day, Timestamp now) const {
  size_t n = is_over(day, now, period_) ? 1 : 0;
  for (const RetentionRule& r : rules_) n += is_over(day, now, r.period) ? 1 : 0;
  return n;
}

}  // namespace logsvc::store
