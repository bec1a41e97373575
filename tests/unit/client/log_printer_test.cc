#include "client/log_printer.h"

#include <doctest/doctest.h>

#include <sstream>

#include "client/log_query.h"

namespace logsvc::client {
namespace {

std::string printed(const PrintOptions& options, const LogLine& line) {
  std::ostringstream out;
  LogPrinter(out, options).print(line);
  return out.str();
}

// A server that looks at the newest or oldest lines of a list, at most `limit` at once, and gives
// those that are an interval apart.
class FakeServer : public LokiClient {
 public:
  explicit FakeServer(std::vector<std::pair<Timestamp, std::string>> lines)
      : lines_(std::move(lines)) {}

  Result<nlohmann::json> get(const std::string&, const QueryParams& params) override {
    ++requests;
    const auto number = [&](const char* name) { return std::stoll(params.find(name)->second); };
    const Timestamp start = number("start"), end = number("end");
    const bool forward = params.find("direction")->second == "forward";
    const auto asked = params.find("interval");
    Duration interval = 0;
    if (asked != params.end()) {
      interval = asked->second.ends_with('s') ? *parse_duration(asked->second)
                                              : std::stoll(asked->second) * kSecond;
    }
    nlohmann::json values = nlohmann::json::array();
    std::optional<Timestamp> last;
    int64_t looked_at = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const auto& [t, text] = forward ? lines_[i] : lines_[lines_.size() - 1 - i];
      if (t < start || t >= end || looked_at++ >= number("limit")) continue;
      if (last && interval > 0 && std::abs(t - *last) < interval) continue;
      last = t;
      values.push_back({std::to_string(t), text});
    }
    nlohmann::json stream = {{"stream", {{"app", "x"}}}, {"values", values}};
    return nlohmann::json{{"data", {{"result", nlohmann::json::array({stream})}}}};
  }
  std::string url(const std::string& path, const QueryParams&) const override { return path; }
  int requests = 0;

 private:
  std::vector<std::pair<Timestamp, std::string>> lines_;  // oldest first
};

std::vector<std::string> texts(FakeServer& server, LogQuery query, int* warnings = nullptr) {
  std::vector<std::string> out;
  query.end = query.end ? query.end : 1000;
  const auto done = run_log_query(
      server, query,
      [&](const std::vector<LogLine>& lines) {
        for (const LogLine& line : lines) out.push_back(line.text);
      },
      [&](const std::string&) {
        if (warnings) ++*warnings;
      });
  CHECK(done.ok());
  return out;
}

}  // namespace

TEST_SUITE("client") {
  TEST_CASE("lines are written in three forms") {
    const LogLine line{1700000000123456789, {{"app", "x"}, {"level", "error"}}, "boom \"q\"\n"};
    PrintOptions options;
    options.utc = true;
    CHECK(printed(options, line) ==
          "2023-11-14T22:13:20Z {app=\"x\", level=\"error\"} boom \"q\"\n");
    options.no_labels = true;
    options.nanoseconds = true;
    CHECK(printed(options, line) == "2023-11-14T22:13:20.123456789Z boom \"q\"\n");
    options.format = OutputFormat::kRaw;
    CHECK(printed(options, line) == "boom \"q\"\n");
    options.format = OutputFormat::kJsonLines;
    options.no_labels = false;
    options.exclude_labels = {"level"};
    CHECK(printed(options, line) ==
          "{\"labels\":{\"app\":\"x\"},\"line\":\"boom \\\"q\\\"\\n\",\"timestamp\":"
          "\"2023-11-14T22:13:20.123456789Z\"}\n");
  }

  TEST_CASE("levels have colours") {
    PrintOptions options;
    options.utc = true;
    options.colour = true;
    options.no_labels = true;
    const std::string out = printed(options, {0, {{"level", "warn"}}, "late"});
    CHECK(out == "\x1b[34m1970-01-01T00:00:00Z\x1b[0m \x1b[33mlate\x1b[0m\n");
  }

  TEST_CASE("labels are quoted: no control character of ASCII is left") {
    const LabelMap labels{{"a b", "x"},
                          {"u", "a\x1b]0;owned\x07 \"q\" \\ \xE2\x80\xAE\n\x9b\xC2\x9b"}};
    CHECK(LogPrinter::format_labels(labels) ==
          "{\"a b\"=\"x\", u=\"a\\x1b]0;owned\\a \\\"q\\\" \\\\ \xE2\x80\xAE\\n\\x9b\xC2\x9b\"}");
  }

  TEST_CASE("lines an interval apart are asked for to the end") {
    std::vector<std::pair<Timestamp, std::string>> lines;
    for (int i = 0; i < 40; ++i) lines.emplace_back((i + 1) * 15 * kSecond, std::to_string(i));
    for (const bool forward : {false, true}) {
      for (const uint64_t batch : {1, 3, 30, 1000}) {
        FakeServer server(lines);
        const LogQuery query{"{}", 0, 1000 * kSecond, 0, batch, "60s", forward};
        const auto got = texts(server, query);
        REQUIRE(got.size() == 10);
        CHECK(got.front() == (forward ? "0" : "39"));
        CHECK(got.back() == (forward ? "36" : "3"));
      }
    }
    // Denser than a batch: the pages go on behind what was looked at.
    FakeServer dense(lines);
    CHECK(texts(dense, {"{}", 0, 1000 * kSecond, 0, 2, "280", true}).size() == 3);
  }

  TEST_CASE("a query is asked in batches, each line once, whatever times lines share") {
    std::vector<std::pair<Timestamp, std::string>> lines;
    for (int i = 0; i < 20; ++i) lines.emplace_back(10 + i / 4, "line " + std::to_string(i));
    for (const bool forward : {false, true}) {
      for (const uint64_t batch : {1, 3, 5, 100}) {
        FakeServer server(lines);
        const auto all = texts(server, {"{}", 0, 0, 0, batch, "", forward});
        CHECK(all.size() == 20);
        CHECK(all.front() == (forward ? "line 0" : "line 19"));
        CHECK(all.back() == (forward ? "line 19" : "line 0"));
        FakeServer again(lines);
        CHECK(texts(again, {"{}", 0, 0, 7, batch, "", forward}).size() == 7);
      }
    }
    FakeServer small(lines);
    texts(small, {"{}", 0, 0, 5, 1000, "", false});
    CHECK(small.requests == 1);
  }
}

}  // namespace logsvc::client
