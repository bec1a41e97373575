#include "insight/gap_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/calendar.h"

namespace logsvc::insight {
namespace {

constexpr uint32_t kEnoughGaps = 30;     // in one hour of the week
constexpr uint32_t kFadeAbove = 20'000;  // then a histogram is halved: the model follows changes

}  // namespace

int GapModel::bucket_of(Duration gap) {
  const double octaves = std::log2(static_cast<double>(gap) / static_cast<double>(kSecond));
  return std::clamp(static_cast<int>(octaves * 4), 0, kBuckets - 1);
}

Duration GapModel::upper_end(int bucket) {
  return static_cast<Duration>(std::exp2((bucket + 1) / 4.0) * static_cast<double>(kSecond));
}

int GapModel::hour_of(Timestamp t) {
  return static_cast<int>(floor_mod(floor_div(t, kHour), kHours));
}

void GapModel::see(Timestamp t) {
  if (first_ == 0) {
    first_ = last_ = t;
    return;
  }
  const Duration gap = sub_saturated(t, last_);
  if (gap <= 0) return;
  last_ = t;
  if (gap < kSecond) return;
  const auto bucket = static_cast<size_t>(bucket_of(gap));
  add(hours_[hour_of(t)], bucket);
  add(all_, bucket);
}

void GapModel::add(Histogram& histogram, size_t bucket) {
  if (++histogram[bucket] < kFadeAbove) return;
  for (uint32_t& n : histogram) n /= 2;
}

std::optional<Duration> GapModel::percentile(const Histogram& histogram, uint32_t least_gaps) {
  const uint64_t total = std::accumulate(histogram.begin(), histogram.end(), uint64_t{0});
  if (total == 0 || total < least_gaps) return std::nullopt;
  uint64_t above = 0;
  for (int bucket = kBuckets - 1; bucket >= 0; --bucket) {
    above += histogram[static_cast<size_t>(bucket)];
    if (above * 100 > total) return upper_end(bucket);
  }
  return upper_end(0);
}

std::optional<Duration> GapModel::usual_gap(Timestamp now) const {
  if (first_ == 0 || sub_saturated(last_, first_) < kLearningTime) return std::nullopt;
  if (const auto hour = hours_.find(hour_of(now)); hour != hours_.end()) {
    if (const auto usual = percentile(hour->second, kEnoughGaps)) return usual;
  }
  return percentile(all_, 1).value_or(0);
}

std::optional<Duration> GapModel::patience(Timestamp now) const {
  const auto usual = usual_gap(now);
  if (!usual) return std::nullopt;
  return std::max<Duration>(kLeastSilence, 5 * *usual);
}

GapModel::Counts GapModel::counts() const {
  Counts out;
  for (const auto& [hour, histogram] : hours_) {
    for (int bucket = 0; bucket < kBuckets; ++bucket) {
      if (const uint32_t n = histogram[static_cast<size_t>(bucket)]) out[hour][bucket] = n;
    }
  }
  return out;
}

void GapModel::restore(Timestamp first, Timestamp last, const Counts& counts) {
  first_ = first;
  last_ = last;
  hours_.clear();
  all_ = {};
  for (const auto& [hour, buckets] : counts) {
    if (hour < 0 || hour >= kHours) continue;
    for (const auto& [bucket, n] : buckets) {
      if (bucket < 0 || bucket >= kBuckets) continue;
      hours_[hour][static_cast<size_t>(bucket)] = n;
      all_[static_cast<size_t>(bucket)] += n;
    }
  }
}

}  // namespace logsvc::insight
