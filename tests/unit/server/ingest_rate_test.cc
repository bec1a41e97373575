// How much may be pushed: what the settings say, and the buckets that hold sources to it.
#include <doctest/doctest.h>

#include "server/ingest/rate_limiter.h"
#include "support/fake_clock.h"

namespace logsvc::server {
namespace {

using logsvc::testing::FakeClock;

constexpr uint64_t kMb = 1u << 20;

IngestRate rate_of(std::string_view text) {
  const auto parsed = parse_ingest_rate(text);
  REQUIRE_MESSAGE(parsed.ok(), text);
  return *parsed;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("an ingest rate is bytes or lines a second, or both, with a burst of each") {
  CHECK(rate_of("10MB/s") == IngestRate{10 * kMb, 20 * kMb, 0, 0});
  CHECK(rate_of("5000 lines/s") == IngestRate{0, 0, 5000, 10'000});
  CHECK(rate_of("5000lines/s, 1.5 GiB/s") ==
        IngestRate{3 * 512 * kMb, 3 * 1024 * kMb, 5000, 10'000});
  CHECK(rate_of("10MB/s 5000 lines/s burst 20MB 6000 lines") ==
        IngestRate{10 * kMb, 20 * kMb, 5000, 6000});
  CHECK(rate_of(" 1 line/s burst 1 line ") == IngestRate{0, 0, 1, 1});
  CHECK(!rate_of("").limits());
  CHECK(!rate_of("0").limits());
}

TEST_CASE("what is no ingest rate is refused") {
  for (const char* text : {"10MB",
                           "10/s",
                           "MB/s",
                           "-1MB/s",
                           "10MB/min",
                           "10MB/s 20MB/s",
                           "burst 20MB",
                           "burst ",
                           "10MB/s burst 20MB/s",
                           "10MB/s burst 5000 lines",
                           "10MB/s burst 1MB burst 2MB",
                           "0MB/s",
                           "10MB/s5 lines/s",
                           "10 parsecs/s",
                           "1e3 lines/s",
                           "99999999999999999999 lines/s",
                           "/s",
                           "2000000000000GB/s",
                           "10MB/s burst",
                           "\xff/s"}) {
    CAPTURE(text);
    CHECK(!parse_ingest_rate(text).ok());
  }
}

TEST_CASE("a source gets its burst, then its rate; others have their own") {
  FakeClock clock;
  RateLimiter limiter(rate_of("100B/s burst 300B"), {}, clock);
  CHECK(!limiter.refuse("a", {1, 200}));
  CHECK(!limiter.refuse("a", {1, 100}));
  const auto refused = limiter.refuse("a", {2, 150});
  REQUIRE(refused);
  CHECK(refused->text ==
        "ingestion rate limit exceeded for user fake (limit: 100 bytes/sec) while attempting to "
        "ingest '2' lines totaling '150' bytes, reduce log volume or contact your Loki "
        "administrator to see if the limit can be increased (--ingest-rate, of a)");
  CHECK(refused->retry_after == 3 * kSecond / 2);
  CHECK(!limiter.refuse("b", {1, 300}));
  // What was refused took nothing: after the time that was named it comes in.
  clock.advance(refused->retry_after);
  CHECK(!limiter.refuse("a", {2, 150}));
  CHECK(limiter.refuse("a", {1, 1}));
}

TEST_CASE("a push of more than the burst comes in when the bucket is full, on credit") {
  FakeClock clock;
  RateLimiter limiter(rate_of("10 lines/s burst 20 lines"), {}, clock);
  CHECK(!limiter.refuse("a", {100, 1}));
  const auto refused = limiter.refuse("a", {1, 1});
  REQUIRE(refused);
  CHECK(refused->text.find("(limit: 10 lines/sec)") != std::string::npos);
  CHECK(refused->retry_after == 81 * kSecond / 10);
  CHECK(limiter.refuse("a", {100, 1})->retry_after == 10 * kSecond);
  clock.advance(10 * kSecond);
  CHECK(!limiter.refuse("a", {100, 1}));
}

TEST_CASE("the rate of all holds for sources together, and takes nothing of a refused one") {
  FakeClock clock;
  RateLimiter limiter(rate_of("100B/s burst 100B"), rate_of("150B/s burst 150B"), clock);
  CHECK(!limiter.refuse("a", {1, 100}));
  const auto refused = limiter.refuse("b", {1, 100});
  REQUIRE(refused);
  CHECK(refused->text.find("--ingest-rate-total") != std::string::npos);
  CHECK(!limiter.refuse("b", {1, 50}));
  clock.advance(kSecond / 2);
  CHECK(!limiter.refuse("b", {1, 75}));  // 50 were left of its own, and 50 came
}

TEST_CASE("invented sources do not make memory grow") {
  FakeClock clock;
  RateLimiter limiter(rate_of("1 line/s burst 1 line"), {}, clock);
  CHECK(!limiter.refuse("first", {1, 1}));
  CHECK(limiter.refuse("first", {1, 1}));
  for (size_t i = 0; i < RateLimiter::kMaxSources; ++i)
    CHECK(!limiter.refuse("s" + std::to_string(i), {1, 1}));
  CHECK(!limiter.refuse("first", {1, 1}));  // it had to make room
  CHECK(limiter.refuse("s9999", {1, 1}));
}

TEST_SUITE_END();

}  // namespace logsvc::server
