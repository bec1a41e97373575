// Runs a store in a temporary directory; it can be reopened, and filled and read in few words.
#pragma once

#include <doctest/doctest.h>

#include "store/store.h"
#include "support/batches.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace logsvc::store {

using namespace logsvc::testing;

inline const LabelSet kApi = LabelSet::from({{"service", "api-server"}, {"level", "info"}});
inline const LabelSet kQueue = LabelSet::from({{"service", "queue-backend"}, {"level", "error"}});

struct StoreWorld {
  TempDir dir;
  FakeClock clock{20'000 * kDay + 13 * kHour};
  PosixFileSystem files;
  Metrics metrics;
  std::string log;
  Diagnostics diagnostics{clock, LogLevel::kWarn, LogFormat::kLogfmt,
                          [this](std::string_view line) { log += line; }};
  StoreOptions options;
  std::unique_ptr<Store> store;

  StoreWorld() {
    options.dir = dir.path() + "/data";
    open();
  }
  void open() {
    store.reset();
    auto opened = Store::open(options, files, clock, metrics, diagnostics);
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    store = std::move(*opened);
  }
  void append(const LabelSet& labels, const std::vector<Line>& lines) {
    const auto done = store->append(make_batch(labels, lines));
    REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
  }
  std::vector<StoredLine> select(SelectQuery query = {}) {
    auto entries = store->select(query);
    REQUIRE(entries.ok());
    auto out = drain(**entries);
    REQUIRE((*entries)->status().ok());
    return out;
  }
  std::vector<std::string> texts(SelectQuery query = {}) {
    std::vector<std::string> out;
    for (const auto& l : select(std::move(query))) out.push_back(l.line.text);
    return out;
  }
  uint64_t count(const char* name) { return metrics.counter(name, "").value(); }
};

inline Timestamp at(int64_t seconds) { return 20'000 * kDay + 12 * kHour + seconds * kSecond; }

// Holds what a way of visiting entries found.
struct Found {
  uint64_t entries = 0;
  std::vector<std::string> warnings;
  bool operator==(const Found&) const = default;
};
using Way = Found (*)(const Store&, const SelectQuery&);

inline Found by_select(const Store& store, const SelectQuery& query) {
  auto entries = store.select(query);
  REQUIRE(entries.ok());
  Found out;
  while ((*entries)->next()) out.entries += passes(query.lines, (*entries)->entry().line);
  REQUIRE((*entries)->status().ok());
  out.warnings = (*entries)->stats().warnings;
  return out;
}

inline Found by_count(const Store& store, const SelectQuery& query) {
  pushdown::CountQuery count;
  count.matchers = query.matchers;
  count.edges = {query.range.start, query.range.end};
  count.lines = query.lines;
  Found out;
  const auto stats = store.count(count, [&](const LabelSet&, auto counts) -> Status {
    for (const pushdown::BucketCount& c : counts) out.entries += c.entries;
    return {};
  });
  REQUIRE(stats.ok());
  out.warnings = stats->warnings;
  return out;
}

// The query must not test lines.
inline Found by_times(const Store& store, const SelectQuery& query) {
  Found out;
  const auto stats = store.visit_times(query, [&](const LabelSet&, auto times) -> Status {
    out.entries += times.size();
    return {};
  });
  REQUIRE(stats.ok());
  out.warnings = stats->warnings;
  return out;
}

// Lines must have the field "n".
inline Found by_field(const Store& store, const SelectQuery& query) {
  struct Visitor : pushdown::FieldVisitor {
    uint64_t entries = 0;
    Status values(const LabelSet&, std::span<const Timestamp> times,
                  std::span<const std::string_view>) override {
      entries += times.size();
      return {};
    }
    Status entry(const LabelSet&, const Entry&) override {
      entries += 1;
      return {};
    }
  } visitor;
  const auto stats = store.visit_field(query, "n", visitor);
  REQUIRE(stats.ok());
  return {visitor.entries, stats->warnings};
}

inline SelectQuery matching(MatchType type, const char* name, const char* value) {
  SelectQuery q;
  q.matchers.push_back(*Matcher::make(type, name, value));
  return q;
}

}  // namespace logsvc::store
