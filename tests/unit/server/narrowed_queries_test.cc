// Any query by somebody who sees a part of the streams, or masked lines, answers as over a source
// that has nothing else.
#include <doctest/doctest.h>

#include <set>

#include "masking/masker.h"
#include "server/access/masked_source.h"
#include "server/access/view.h"
#include "store/store.h"
#include "support/described_result.h"
#include "support/fake_clock.h"
#include "support/memory_log_source.h"
#include "support/random_logs.h"
#include "support/temp_dir.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;

constexpr Timestamp kStart = 20'000 * kDay - 800 * kSecond;  // a day ends in the middle
constexpr int kEntries = 1200;
const std::string kCard = "4111 1111 1111 1111";
const std::vector<std::string> kScopes = {R"({s="a"})",
                                          R"({s=~"a|c"})",
                                          R"({s=~".+",s!="b"})",
                                          R"({level="error"})",
                                          R"({job="t"})",
                                          R"({job=~".*t",level=""})",
                                          R"({s=~".+",level!~"i.*"})",
                                          R"({s="none"})",
                                          R"({status="stream"})"};

// A replacement that is empty joins what is beside it: then nothing is sure before masking.
std::shared_ptr<const masking::Masker> masker(bool with_empty = false) {
  std::vector<masking::Rule> rules = masking::built_in_rules();
  rules.push_back({"user", std::nullopt, "user_id_\\d+", "<user>"});
  if (with_empty) rules.push_back({"late", std::nullopt, "timeout", ""});
  auto made = masking::Masker::compile(std::move(rules));
  REQUIRE(made.ok());
  return *made;
}

Line masked(const Line& line, const masking::Masker& masker) {
  Line out = line;
  std::string text;
  if (masker.mask(line.text, text)) out.text = text;
  for (Label& pair : out.metadata) {
    if (masker.mask(pair.value, text)) pair.value = text;
  }
  return out;
}

Principal principal(Role role, const std::string& scope) {
  Principal out;
  out.role = role;
  if (scope.empty()) return out;
  out.scope = scope;
  auto matchers = logql::parse_selector(scope, false);
  REQUIRE(matchers.ok());
  out.scoped_to = std::move(*matchers);
  return out;
}

// The same entries in a store, over several files and open windows, and in memory.
struct World {
  TempDir dir;
  FakeClock clock{kStart + 2 * kHour};
  PosixFileSystem files;
  Metrics metrics;
  Diagnostics diagnostics{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  std::unique_ptr<store::Store> store;
  std::vector<StoredLine> lines;
  std::shared_ptr<const masking::Masker> rules;

  explicit World(RandomLogs& logs, bool with_empty = false) : rules(masker(with_empty)) {
    store::StoreOptions options;
    options.dir = dir.path() + "/data";
    options.window_bytes = 40'000;
    options.retention = 0;
    auto opened = store::Store::open(options, files, clock, metrics, diagnostics);
    REQUIRE(opened.ok());
    store = std::move(*opened);
    const std::vector<LabelSet> streams = {
        LabelSet::from({{"s", "a"}, {"job", "t"}, {"level", "info"}}),
        LabelSet::from({{"s", "b"}, {"job", "t"}, {"level", "error"}}),
        LabelSet::from({{"s", "c"}, {"job", "t"}}),
        LabelSet::from({{"s", "d"}, {"status", "stream"}}),
    };
    for (int i = 0; i < kEntries; ++i) {
      Line line{kStart + i * kSecond, logs.line(), logs.metadata()};
      if (logs.one_in(5)) line.text += " card " + kCard;
      if (logs.one_in(9)) line.text = "{\"msg\":\"paid\",\"meta\":\"" + kCard + "\",\"ms\":3}";
      if (logs.one_in(9)) line.metadata = {{"trace", kCard}};
      lines.push_back({streams[logs.below(streams.size())], line});
      REQUIRE(store->append(make_batch(lines.back().labels, {line})).ok());
      if (logs.one_in(300)) REQUIRE(store->flush().ok());
    }
  }

  // What somebody sees, and nothing else.
  MemoryLogSource seen_by(const Principal& who) const {
    MemoryLogSource out;
    for (const StoredLine& l : lines) {
      if (!matches_all(who.scoped_to, l.labels)) continue;
      out.add(l.labels, who.masked() ? masked(l.line, *rules) : l.line);
    }
    return out;
  }
};

logql::RangeRequest random_request(RandomLogs& logs, std::string query) {
  logql::RangeRequest out;
  out.query = std::move(query);
  out.start = kStart + Timestamp(logs.below(kEntries / 2)) * kSecond;
  out.end = out.start + Timestamp(1 + logs.below(kEntries)) * kSecond;
  out.step = (1 + Timestamp(logs.below(400))) * kSecond;
  out.limit = 1 + logs.below(300);
  out.direction = logs.one_in(2) ? Direction::kForward : Direction::kBackward;
  out.categorize_labels = logs.one_in(4);
  return out;
}

std::set<std::string> texts(const Result<std::vector<LabelSet>>& streams) {
  REQUIRE(streams.ok());
  std::set<std::string> out;
  for (const LabelSet& labels : *streams) out.insert(labels.to_string());
  return out;
}

// The values of a label in the streams that somebody sees.
std::vector<std::string> values(const World& w, const Principal& who, const char* name) {
  std::set<std::string> out;
  for (const StoredLine& l : w.lines) {
    if (matches_all(who.scoped_to, l.labels)) out.emplace(l.labels.get(name));
  }
  out.erase("");
  return {out.begin(), out.end()};
}

// Queries that would tell of a hidden value if anything could.
const std::vector<std::string> kProbes = {
    R"({s=~".+"} |= "4111 1111")",
    R"({s=~".+"} != "4111 1111")",
    R"({s=~".+"} |= "1111" or "user_id_1")",
    R"({s=~".+"} |~ "(?i)USER_ID_12")",
    R"({s=~".+"} |~ "4.11")",
    R"({s=~".+"} !~ "user_id_\\d")",
    R"({s=~".+"} | trace="4111 1111 1111 1111")",
    R"({s=~".+"} | trace=~"4.*")",
    R"({s=~".+"} | json | line_format "{{.meta}} {{.trace}} {{__line__}}")",
    R"({s=~".+"} | json | meta="4111 1111 1111 1111")",
    R"({s=~".+"} | json card="meta" | label_format x="{{.card}}")",
    R"({s=~".+"} | logfmt | user_id!="")",
    R"q({s=~".+"} | regexp "card (?P<card>[0-9 ]+)")q",
    R"({s=~".+"} | pattern "<_> card <card>")",
    R"({s=~".+"} |= "time" |= "out")",
    R"(sum by (meta) (count_over_time({s=~".+"} | json [300s])))",
    R"(sum by (trace) (count_over_time({s=~".+"} [300s])))",
    R"q(sum by (card) (count_over_time({s=~".+"} | regexp "card (?P<card>[0-9 ]+)" [300s])))q",
    R"(sum(count_over_time({s=~".+"} |= "4111 1111" [300s])))",
    R"(sum(bytes_over_time({s=~".+"} [300s])))",
    R"(topk(3, sum by (meta) (rate({s=~".+"} | json | meta!="" [300s]))))",
};

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("narrowed queries: what others may not see is as if it were not there") {
  size_t answers = 0;
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    RandomLogs logs(seed);
    const World w(logs, seed == 3);
    const Views views(*w.store, {}, w.rules);
    for (int i = 0; i < 240; ++i) {
      const bool support = logs.one_in(2);
      const std::string scope = support && logs.one_in(3) ? "" : logs.pick(kScopes);
      const Principal who = principal(support ? Role::kSupport : Role::kViewer, scope);
      const MemoryLogSource seen = w.seen_by(who);
      const std::string query = logs.one_in(3)   ? logs.pick(kProbes)
                                : logs.one_in(2) ? logs.metric_query()
                                                 : logs.log_query();
      const logql::RangeRequest request = random_request(logs, query);
      const std::string got = describe(views.of(who)->engine().range(request));
      const std::string expected = describe(logql::Engine(seen, {}).range(request));
      answers += !expected.empty() && !expected.starts_with("error");
      CAPTURE(query);
      CAPTURE(scope);
      CAPTURE(support);
      CAPTURE(seed);
      REQUIRE(got == expected);
      if (support) CHECK(got.find("4111 1111") == std::string::npos);
    }
  }
  CHECK(answers > 200);  // enough of them had results
}

TEST_CASE("narrowed queries: lists of streams and labels are of the part") {
  RandomLogs logs(7);
  const World w(logs);
  const Views views(*w.store, {}, w.rules);
  const TimeRange all{kStart - kHour, kStart + 3 * kHour};
  const std::vector<std::vector<Matcher>> groups = {*logql::parse_selector(R"({s=~"a|d"})", false),
                                                    *logql::parse_selector(R"({s="b"})", false)};
  for (const std::string& scope : kScopes) {
    const Principal who = principal(Role::kSupport, scope);
    const MemoryLogSource seen = w.seen_by(who);
    const auto view = views.of(who);
    const LogSource& source = view->source();
    CAPTURE(scope);
    for (const auto& asked : {std::vector<std::vector<Matcher>>(), groups}) {
      CHECK(texts(source.series(all, asked)) == texts(seen.series(all, asked)));
    }
    for (const char* name : {"s", "job", "level", "status"}) {
      CHECK(*source.label_values(name, all, {}) == values(w, who, name));
    }
    const auto totals = source.totals(all, {});
    const auto volumes = source.volumes({all}, {});
    REQUIRE(totals.ok());
    REQUIRE(volumes.ok());
    uint64_t got = 0, expected = 0;
    for (const StreamTotals& total : *totals) got += total.entries;
    for (const StoredLine& l : w.lines) expected += matches_all(who.scoped_to, l.labels);
    CHECK(got == expected);
    for (const StreamVolume& volume : *volumes) {
      CHECK(matches_all(who.scoped_to, volume.labels));
    }
  }
}

TEST_CASE("narrowed queries: what a masked read costs tells nothing of what is hidden") {
  RandomLogs logs(3);
  const World w(logs);
  const Views views(*w.store, {}, w.rules);
  const Principal who = principal(Role::kSupport, "");
  const auto stats = [&](const std::string& needle) {
    logql::RangeRequest request;
    request.query = R"({s=~".+"} |= ")" + needle + '"';
    request.start = kStart;
    request.end = kStart + kHour;
    request.limit = 10;
    const auto result = views.of(who)->engine().range(request);
    REQUIRE(result.ok());
    CHECK(std::get<logql::StreamsResult>(result->data).streams.empty());
    const logql::QueryStats& s = result->stats;
    return std::vector{s.bytes_processed, s.lines_processed,  s.lines_after_filter, s.chunks_total,
                       s.chunks_read,     s.compressed_bytes, s.duplicates,         s.head_lines};
  };
  for (const std::string& there : {kCard, std::string("4111"), std::string("1111 11")}) {
    CHECK(stats(there) == stats("7893 7712"));
  }
}

TEST_CASE("narrowed queries: the store is told what follows for the lines as they are") {
  const auto rules = masker();
  using P = LinePredicate;
  const auto implied = [&](const P& test) { return implied_before_masking(test, *rules); };
  const P safe = P::contains("48213"), touched = P::contains("x <ca");
  CHECK(implied(safe) == safe);
  CHECK(implied(touched).is_trivial());
  CHECK(implied(P::none_of({safe})).is_trivial());
  CHECK(implied(P::any_of({safe, touched})).is_trivial());
  CHECK(implied(P::any_of({safe})) == P::any_of({safe}));
  CHECK(implied(P::all_of({safe, touched, P::none_of({safe})})) == P::all_of({safe}));
}

TEST_SUITE_END();

}  // namespace logsvc::server
