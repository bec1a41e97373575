#include "logql/run/query_memory.h"

#include <doctest/doctest.h>

#include "gotext/regex/go_regex.h"
#include "logql/engine.h"
#include "support/memory_log_source.h"

namespace logsvc::logql {
namespace {

using namespace logsvc::testing;

constexpr uint64_t kMiB = 1u << 20;

}  // namespace

TEST_SUITE("logql") {
  TEST_CASE("an account says whose limit was met, and a call that fails holds nothing") {
    const auto all = std::make_shared<QueryMemory>(10 * kMiB);
    MemoryAccount small(all, 4 * kMiB), large(all, 0);
    CHECK(small.hold(3 * kMiB).ok());
    const Status own = small.hold(2 * kMiB);
    REQUIRE_FALSE(own.ok());
    CHECK(own.error().code == ErrorCode::kInvalid);
    CHECK(own.error().message.find("would hold more than 4 MiB") != std::string::npos);
    CHECK(small.held_bytes() == 3 * kMiB);
    CHECK(large.hold(7 * kMiB).ok());
    const Status common = large.hold(1);
    REQUIRE_FALSE(common.ok());
    CHECK(common.error().code == ErrorCode::kLimit);
    CHECK(common.error().message.find("--query-memory") != std::string::npos);
    CHECK(all->used_bytes() == 10 * kMiB);
    CHECK_FALSE(large.hold(UINT64_MAX).ok());
  }

  TEST_CASE("what is released, and what an account held at its end, is there for others") {
    const auto all = std::make_shared<QueryMemory>(10 * kMiB);
    {
      MemoryAccount first(all, 0);
      CHECK(first.hold(9 * kMiB).ok());
      first.release(8 * kMiB);
      MemoryAccount second(all, 0);
      CHECK(second.hold(8 * kMiB).ok());
      second.keep(kMiB);
      CHECK(second.held_bytes() == kMiB);
      CHECK(first.peak_bytes() == 9 * kMiB);
      first.release(UINT64_MAX);
      CHECK(first.held_bytes() == 0);
    }
    CHECK(all->used_bytes() == 0);
  }

  TEST_CASE("many series are refused while they are built, by either limit") {
    MemoryLogSource source;
    for (int i = 0; i < 20'000; ++i) {
      source.add(*LabelSet::parse(R"({job="t"})"),
                 {(i + 1) * kSecond, "{\"user\":\"user_" + std::to_string(i) + "\"}"});
    }
    const Engine engine(source, {.max_memory_bytes = 8 * kMiB});
    InstantRequest request;
    request.time = 30'000 * kSecond;
    for (const char* query :
         {"sum by (user) (count_over_time({job=\"t\"} | json [10h]))",
          "count_over_time({job=\"t\"} | json [10h])",
          "count_over_time({job=\"t\"} | label_format a=`{{__line__}}` [10h])",
          "max_over_time({job=\"t\"} | json | label_format v=`1` | unwrap v [10h])",
          "count(count by (user) (count_over_time({job=\"t\"} | json [10h])))"}) {
      CAPTURE(query);
      request.query = query;
      const auto all = std::make_shared<QueryMemory>(4 * kMiB);
      request.run.memory = std::make_shared<MemoryAccount>(all, 8 * kMiB);
      const auto common = engine.instant(request);
      REQUIRE_FALSE(common.ok());
      CHECK(common.error().code == ErrorCode::kLimit);
      request.run.memory.reset();
      CHECK(all->used_bytes() == 0);
    }
  }

  TEST_CASE("a query that fits gives back what it needed on the way") {
    MemoryLogSource source;
    for (int i = 0; i < 2'000; ++i) {
      source.add(*LabelSet::parse(R"({job="t"})"),
                 {(i + 1) * kSecond, "{\"user\":\"user_" + std::to_string(i) + "\"}"});
    }
    const Engine engine(source, {});
    InstantRequest request;
    request.time = 30'000 * kSecond;
    request.query = "count(count by (user) (count_over_time({job=\"t\"} | json [10h])))";
    request.run.memory = std::make_shared<MemoryAccount>(nullptr, 0);
    const auto result = engine.instant(request);
    REQUIRE(result.ok());
    CHECK(std::get<VectorResult>(result->data).series.at(0).samples.at(0).value == 2000);
    CHECK(request.run.memory->peak_bytes() > 2000 * 100);
    CHECK(request.run.memory->held_bytes() < request.run.memory->peak_bytes() / 3);
  }

  TEST_CASE("a query that is cancelled says why, also inside a template and a long match") {
    MemoryLogSource source;
    source.add(*LabelSet::parse(R"({job="t"})"), {kSecond, std::string(100'000, 'a')});
    const Engine engine(source, {});
    const CancellationSource stop;
    stop.cancel({ErrorCode::kUnavailable, "the server is stopping"});
    RangeRequest request;
    request.end = kHour;
    request.step = kMinute;
    request.run.cancellation = stop.cancellation();
    for (const char* query :
         {"{job=\"t\"}",
          "{job=\"t\"} | line_format `{{ regexReplaceAll \"a.*b|a\" __line__ \"c\" }}`",
          "count_over_time({job=\"t\"} | json [1m])", "sum(rate({job=\"t\"}[1m]))",
          "topk(1, avg_over_time({job=\"t\"} | json | unwrap x [1m]) by (job))"}) {
      CAPTURE(query);
      request.query = query;
      const auto result = engine.range(request);
      REQUIRE_FALSE(result.ok());
      CHECK(result.error().message == "the server is stopping");
    }
    const auto regex = GoRegex::compile("a.*b|a");
    REQUIRE(regex.ok());
    const std::string line(10'000, 'a');
    CHECK(regex->count(line, stop.cancellation()) == 0);
    CHECK(regex->replace_all(line, "c", true, stop.cancellation()) == line);
  }
}

}  // namespace logsvc::logql
