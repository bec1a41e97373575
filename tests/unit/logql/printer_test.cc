#include "logql/syntax/printer.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "logql/syntax/parser.h"

namespace logsvc::logql {
namespace {

std::string pretty(const std::string& query) {
  const auto expr = parse(query);
  return expr.ok() ? pretty_print(**expr) : expr.error().message;
}

// Folded literals may give NaN and infinities, which have no spelling.
bool has_spelling(const std::string& text) {
  return text.find("NaN") == std::string::npos && text.find("Inf") == std::string::npos;
}

std::vector<std::string> corpus_queries() {
  std::vector<std::string> out;
  for (const auto& file :
       std::filesystem::directory_iterator(LOGSVC_SOURCE_DIR "/tests/conformance/cases")) {
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) {
      const auto test = nlohmann::json::parse(line);
      const auto params = test.find("params");
      if (params == test.end() || !params->is_object() || !params->contains("query")) continue;
      if ((*params)["query"].is_string()) out.push_back((*params)["query"]);
    }
  }
  return out;
}

}  // namespace

TEST_SUITE("logql") {
  TEST_CASE("a printed query is the same query") {
    size_t printed = 0;
    for (const std::string& query : corpus_queries()) {
      const auto expr = parse(query);
      if (!expr.ok()) continue;
      const std::string line = print(**expr), lines = pretty_print(**expr);
      if (!has_spelling(line)) continue;
      ++printed;
      CAPTURE(query);
      CAPTURE(lines);
      const auto again = parse(line);
      const auto pretty_again = parse(lines);
      REQUIRE(again.ok());
      REQUIRE(pretty_again.ok());
      CHECK(print(**again) == line);
      CHECK(print(**pretty_again) == line);
      CHECK(pretty_print(**pretty_again) == lines);
    }
    CHECK(printed > 1000);
  }

  TEST_CASE("long queries are broken up") {
    const std::string log(60, 'x');
    CHECK(
        pretty("max by (a, b) (rate({a=\"" + log + "\"} |= \"" + log + "\" [1d12h] offset 1h))") ==
        "max by (a, b)(\n  rate(\n    {a=\"" + log + "\"}\n      |= \"" + log +
            "\" [1d12h] offset 1h\n  )\n)");
    CHECK(pretty("quantile_over_time(0.99, {a=\"" + log + "\"} | json | unwrap duration(" + log +
                 ") | __error__=\"\" [5m]) by (a)") ==
          "quantile_over_time(\n  0.99,\n  {a=\"" + log + "\"} | json\n    | unwrap duration(" +
              log + ")\n    | __error__=\"\" [5m]\n) by (a)");
  }

  TEST_CASE("what Loki would leave out of a long query stays") {
    const std::string a(90, 'a'), b(90, 'b');
    const std::string sum = "(rate({x=\"" + a + "\"}[1m]) + rate({x=\"" + b + "\"}[1m]))";
    for (const std::string& query : {sum + " / 2", "2 - " + sum, sum + " ^ 2 ^ 3"}) {
      const auto expr = parse(query);
      REQUIRE(expr.ok());
      const auto again = parse(pretty_print(**expr));
      REQUIRE(again.ok());
      CHECK(print(**again) == print(**expr));
    }
    CHECK(pretty("{x=\"" + a + "\"} |= \"" + b + "\" or \"c\"").find("or \"c\"") !=
          std::string::npos);
  }

  TEST_CASE("numbers and durations have one spelling") {
    CHECK(pretty("1e21") == "1e+21");
    CHECK(pretty("1e20") == "100000000000000000000");
    CHECK(pretty("0.00001") == "1e-05");
    CHECK(pretty("rate({a=\"b\"}[90m])") == "rate({a=\"b\"}[1h30m])");
    CHECK(pretty("rate({a=\"b\"}[7d])") == "rate({a=\"b\"}[1w])");
    CHECK(pretty("rate({a=\"b\"}[8d])") == "rate({a=\"b\"}[8d])");
    CHECK(pretty("rate({a=\"b\"}[5m] offset -5m)") == "rate({a=\"b\"}[5m] offset -5m0s)");
    CHECK(pretty("{a=\"b\"} | c=~\"d.+e\" | c!~\"d.+\"") == "{a=\"b\"} | c=~`d.+e` | c!~\"d.+\"");
  }

  TEST_CASE("the syntax is checked before the meaning, and of that the outermost comes first") {
    CHECK(pretty("{a=~\".*\"} |") ==
          "parse error at line 1, col 12: syntax error: unexpected $end");
    CHECK(pretty("topk(0, sum_over_time({a=\"b\"}[1m]))") ==
          "parse error : invalid parameter (must be greater than 0) topk(0");
    CHECK(pretty("sum_over_time({}[1m]) + topk(0, vector(1))") ==
          "parse error : invalid aggregation sum_over_time without unwrap");
  }
}

}  // namespace logsvc::logql
