#include "insight/gap_model.h"

#include <doctest/doctest.h>

namespace logsvc::insight {
namespace {

constexpr Timestamp kStart = 1'800'000'000 * kSecond;

// Feeds a line every `step` for `span`.
void feed(GapModel& model, Timestamp from, Duration span, Duration step) {
  for (Timestamp t = from; t <= from + span; t += step) model.see(t);
}

}  // namespace

TEST_SUITE_BEGIN("insight");

TEST_CASE("gap model: a new service is learned before its silence means anything") {
  GapModel model;
  feed(model, kStart, 5 * kMinute, kSecond / 10);
  CHECK_FALSE(model.patience(kStart + kHour).has_value());
  feed(model, kStart + 5 * kMinute, 6 * kMinute, kSecond / 10);
  REQUIRE(model.patience(kStart + kHour).has_value());
  CHECK(*model.patience(kStart + kHour) == GapModel::kLeastSilence);
}

TEST_CASE("gap model: bursts every ten minutes are no silence in between") {
  GapModel model;
  for (int burst = 0; burst < 20; ++burst) {
    feed(model, kStart + burst * 10 * kMinute, 2 * kSecond, kMillisecond);
  }
  const auto usual = model.usual_gap(model.last());
  REQUIRE(usual.has_value());
  CHECK(*usual >= 9 * kMinute);
  CHECK(*usual <= 12 * kMinute);
  CHECK(*model.patience(model.last()) == 5 * *usual);
}

TEST_CASE("gap model: hours differ") {
  GapModel model;
  // For 168 hours: one hour of the week has a line every 40 s, all others have one every 2 s.
  for (int hour = 0; hour < 168; ++hour) {
    feed(model, kStart + hour * kHour, kHour - kSecond, hour == 10 ? 40 * kSecond : 2 * kSecond);
  }
  const auto quiet = model.usual_gap(kStart + 178 * kHour + kMinute);
  const auto busy = model.usual_gap(kStart + 180 * kHour + kMinute);
  REQUIRE(quiet.has_value());
  REQUIRE(busy.has_value());
  CHECK(*quiet >= 40 * kSecond);
  CHECK(*busy <= 3 * kSecond);
}

TEST_CASE("gap model: repeats and steps back are no progress") {
  GapModel model;
  model.see(kStart + kMinute);
  model.see(kStart);
  model.see(kStart + kMinute);
  CHECK(model.last() == kStart + kMinute);
  CHECK(model.counts().empty());
}

TEST_CASE("gap model: a line from the first instant is one large gap, and learning goes on") {
  GapModel model;
  model.see(std::numeric_limits<Timestamp>::min());
  model.see(-kHour);
  model.see(kStart);
  CHECK(model.last() == kStart);
  for (const auto& [hour, buckets] : model.counts()) CHECK((hour >= 0 && hour < 168));
  CHECK(model.usual_gap(kStart).has_value());
  model.see(std::numeric_limits<Timestamp>::max());
  CHECK(model.last() == std::numeric_limits<Timestamp>::max());
  CHECK(model.usual_gap(kStart).has_value());
  CHECK(model.usual_gap(std::numeric_limits<Timestamp>::min()).has_value());
}

TEST_CASE("gap model: kept and restored") {
  GapModel model, again;
  feed(model, kStart, kHour, 7 * kSecond);
  again.restore(model.first(), model.last(), model.counts());
  CHECK(again.counts() == model.counts());
  CHECK(again.usual_gap(kStart) == model.usual_gap(kStart));
  // Numbers in a damaged file do not reach outside the model.
  again.restore(1, 2, {{-1, {{0, 1}}}, {168, {{0, 1}}}, {3, {{-5, 1}, {1000, 1}, {2, 9}}}});
  CHECK(again.counts() == GapModel::Counts{{3, {{2, 9}}}});
}

TEST_SUITE_END();

}  // namespace logsvc::insight
