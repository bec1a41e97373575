// Tests which way a range aggregation goes, and that it is not charged for another one.
#include "logql/exec/aggregation_plan.h"

#include <doctest/doctest.h>

#include "logql/engine.h"
#include "logql/syntax/parser.h"
#include "support/memory_log_source.h"

namespace logsvc::logql {
namespace {

using namespace logsvc::testing;

// Holds two streams, one of them without `svc`, whose lines have it; 10 lines each.
struct World {
  MemoryLogSource source;
  World() {
    for (int i = 0; i < 10; ++i) {
      const std::string line = "{\"svc\":\"c\",\"n\":" + std::to_string(i) + "}";
      source.add(*LabelSet::parse(R"({job="t", svc="a"})"), {(i + 1) * kSecond, line});
      source.add(*LabelSet::parse(R"({job="t"})"), {(i + 1) * kSecond, line});
    }
  }

  AggregationPath path(const std::string& query) const {
    const auto expr = parse(query);
    REQUIRE(expr.ok());
    const EngineLimits limits;
    ExecContext context(source, limits, {});
    const Steps steps{kMinute, 1, 1};
    const auto plan =
        plan_aggregation(std::get<RangeAggregation>((*expr)->node), nullptr, steps, context);
    REQUIRE(plan.ok());
    CHECK(context.stats.lines_processed == 0);
    return plan->path;
  }
  QueryResult answer(const std::string& query) const {
    const Engine engine(source, {});
    InstantRequest request;
    request.query = query;
    request.time = kMinute;
    auto result = engine.instant(request);
    REQUIRE_MESSAGE(result.ok(), result.error().message);
    return std::move(*result);
  }
};

}  // namespace

TEST_SUITE("logql") {
  TEST_CASE("the way of an aggregation is decided by its query and its streams") {
    const World world;
    using enum AggregationPath;
    const auto field = [](const char* matcher, const char* behind, const char* by) {
      return std::string("avg_over_time({") + matcher + "} | json | unwrap n " + behind + "[1m]) " +
             by;
    };
    CHECK(world.path(R"(avg_over_time({job="t"} | json | unwrap n [1m]) by (job))") == kField);
    CHECK(world.path(field(R"(svc="a")", "", "by (svc)")) == kField);
    CHECK(world.path(field(R"(job="t")", R"(| __error__="" )", "by (job)")) == kField);
    CHECK(world.path(field(R"(job="t")", "", "by (svc)")) == kEntries);
    CHECK(world.path(field(R"(job="t")", "", "without (svc)")) == kEntries);
    CHECK(world.path(field(R"(job="t")", "| n > 1 ", "by (job)")) == kEntries);
    CHECK(world.path(R"(count_over_time({job="t"}[1m]))") == kEntries);
  }

  TEST_CASE("the sum around an aggregation says how its samples are grouped") {
    const World world;
    for (const auto& [by, path] :
         {std::pair{"job", AggregationPath::kTimes}, std::pair{"svc", AggregationPath::kEntries}}) {
      const auto expr =
          parse(std::string("sum by (") + by + R"() (count_over_time({job="t"} |= "c" [1m])))");
      REQUIRE(expr.ok());
      const auto& sum = std::get<VectorAggregation>((*expr)->node);
      const EngineLimits limits;
      ExecContext context(world.source, limits, {});
      const auto plan = plan_aggregation(std::get<RangeAggregation>(sum.inner->node), &sum.grouping,
                                         Steps{kMinute, 1, 1}, context);
      REQUIRE(plan.ok());
      CHECK(plan->path == path);
    }
  }

  TEST_CASE("each line is counted once, whichever way it is read") {
    const World world;
    for (const char* query : {R"(sum by (job) (count_over_time({job="t"}[1m])))",
                              R"(sum by (svc) (count_over_time({job="t"}[1m])))",
                              R"(sum by (svc) (count_over_time({job="t"} | json [1m])))",
                              R"(sum by (job) (sum_over_time({job="t"} | json | unwrap n [1m])))",
                              R"(avg_over_time({job="t"} | json | unwrap n [1m]) by (job))",
                              R"(avg_over_time({job="t"} | json | unwrap n [1m]) by (svc))"}) {
      CAPTURE(query);
      const QueryResult result = world.answer(query);
      CHECK(result.stats.lines_after_filter == 20);
      CHECK(result.stats.lines_processed == 20);
    }
  }

  TEST_CASE("values that are no numbers are errors with all labels, and the others are kept") {
    World world;
    world.source.add(*LabelSet::parse(R"({job="t", svc="b"})"), {20 * kSecond, R"({"n":"many"})"});
    const Engine engine(world.source, {});
    InstantRequest request;
    request.time = kMinute;
    // Before the unwrap there is no error yet for a filter to drop.
    for (const char* query :
         {R"(avg_over_time({job="t"} | json | unwrap n [1m]) by (job))",
          R"(avg_over_time({job="t"} | json | unwrap n [1m]) by (svc))",
          R"(avg_over_time({job="t"} | json | __error__=`` | unwrap n [1m]) by (job))"}) {
      CAPTURE(query);
      request.query = query;
      const auto refused = engine.instant(request);
      REQUIRE_FALSE(refused.ok());
      const std::string& message = refused.error().message;
      CHECK(
          message.starts_with("pipeline error: 'SampleExtractionErr' for series: "
                              "'{__error__=\"SampleExtractionErr\""));
      CHECK(message.find(R"(job="t", n="many", svc="b"}')") != std::string::npos);
    }
    for (const auto& grouping : {std::pair{"job", 1u}, std::pair{"svc", 2u}}) {
      const char* const by = grouping.first;
      const auto series = grouping.second;
      CAPTURE(by);
      const QueryResult kept = world.answer(
          std::string("avg_over_time({job=\"t\"} | json | unwrap n | __error__=`` [1m]) by (") +
          by + ")");
      const auto& found = std::get<VectorResult>(kept.data).series;
      REQUIRE(found.size() == series);
      for (const auto& one : found) CHECK(one.samples[0].value == 4.5);
      CHECK(kept.stats.lines_after_filter == 21);
    }
  }
}

}  // namespace logsvc::logql
