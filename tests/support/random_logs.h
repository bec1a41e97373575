// Makes up entries and LogQL queries at random, for tests that compare two ways to an answer.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/batches.h"

namespace logsvc::testing {

class RandomLogs {
 public:
  explicit RandomLogs(uint32_t seed) : random_(seed) {}

  size_t below(size_t n) { return random_() % n; }
  bool one_in(size_t n) { return below(n) == 0; }
  const std::string& pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  // Returns lines of a few shapes each, so that blocks find templates: JSON, logfmt, text, and
  // broken ones.
  std::string line();
  // These return well-formed and broken ones of one kind.
  std::string json_line();
  std::string logfmt_line();
  Labels metadata();
  // These return a log query, or a metric query over `range_seconds`.
  std::string log_query();
  std::string metric_query();

 private:
  std::string value();
  std::string logfmt_value();
  std::string selector();
  std::string needle();
  std::string regex();
  std::string pattern();
  std::string line_filter();
  std::string condition(int depth);
  std::string parser();
  std::string stages();

  std::mt19937 random_;
  std::vector<std::string> recent_;  // lines to take needles from
};

}  // namespace logsvc::testing
