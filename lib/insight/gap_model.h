// Learns how long a service is usually quiet in each hour of the week, and from that when its
// silence deserves an amber tile. Gaps below a second do not count: a burst counts once, so that a
// job that writes a thousand lines every ten minutes has a usual gap of ten minutes. Not
// thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "base/time.h"

namespace logsvc::insight {

class GapModel {
 public:
  static constexpr Duration kLeastSilence = 30 * kSecond;
  static constexpr Duration kLearningTime = 10 * kMinute;

  // Notes a line at t. Times may repeat and step back; only progress counts.
  void see(Timestamp t);

  Timestamp first() const { return first_; }
  Timestamp last() const { return last_; }

  // Returns the 99th percentile of gaps around this hour of the week (of all hours while the hour
  // has few); 0 if the service is never quiet for a second. Returns nullopt until it has been known
  // for kLearningTime.
  std::optional<Duration> usual_gap(Timestamp now) const;
  // Returns how long it may be quiet before that counts as silence: 5 usual gaps, at least 30 s.
  // Returns nullopt while still learning.
  std::optional<Duration> patience(Timestamp now) const;

  // Holds what is kept: hour of the week → bucket → count.
  using Counts = std::map<int, std::map<int, uint32_t>>;
  Counts counts() const;
  void restore(Timestamp first, Timestamp last, const Counts& counts);

 private:
  static constexpr int kBuckets = 72;  // quarter octaves from one second
  static constexpr int kHours = 168;
  static int bucket_of(Duration gap);
  static Duration upper_end(int bucket);
  static int hour_of(Timestamp t);
  using Histogram = std::array<uint32_t, kBuckets>;
  static void add(Histogram& histogram, size_t bucket);
  static std::optional<Duration> percentile(const Histogram& histogram, uint32_t least_gaps);

  Timestamp first_ = 0;
  Timestamp last_ = 0;
  std::map<int, Histogram> hours_;
  Histogram all_{};
};

}  // namespace logsvc::insight
