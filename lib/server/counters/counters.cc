#include "server/counters/counters.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "server/query/lines_before.h"

namespace logsvc::server {
namespace {

using nlohmann::json;

// A counter waits this long after its beginning before it asks for its history: what was under way
// has come then.
constexpr Duration kSettling = 2 * kSecond;

// Counts by the minute, n of them, the last one ending at `end`, which is a whole minute.
Result<std::vector<uint64_t>> count_minutes(const logql::Engine& engine, const std::string& query,
                                            Timestamp end, size_t n, const logql::QueryRun& run) {
  logql::RangeRequest range;
  range.run = run;
  range.query = "sum" + lines_before(query, kMinute);
  range.start = end - static_cast<int64_t>(n - 1) * kMinute;
  range.end = end;
  range.step = kMinute;
  ASSIGN_OR_RETURN(const logql::QueryResult result, engine.range(range));
  std::vector<uint64_t> out(n);
  for (const auto& series : std::get<logql::MatrixResult>(result.data).series) {
    for (const auto& sample : series.samples) {
      const auto i = static_cast<size_t>((sample.timestamp_ms - range.start / kMillisecond) /
                                         (kMinute / kMillisecond));
      if (i < n) out[i] += static_cast<uint64_t>(sample.value);
    }
  }
  return out;
}

Result<uint64_t> count_before(const logql::Engine& engine, const std::string& query, Timestamp end,
                              Duration window, const logql::QueryRun& run) {
  if (window <= 0) return uint64_t{0};
  logql::InstantRequest instant;
  instant.run = run;
  instant.query = "sum" + lines_before(query, window);
  instant.time = end;
  ASSIGN_OR_RETURN(const logql::QueryResult result, engine.instant(instant));
  uint64_t sum = 0;
  for (const auto& one : std::get<logql::VectorResult>(result.data).series) {
    for (const auto& sample : one.samples) sum += static_cast<uint64_t>(sample.value);
  }
  return sum;
}

}  // namespace

Counters::Counters(const Views& views, const Principal& principal, TailHub& hub,
                   const SharedItems& items, const Clock& clock)
    : views_(views),
      principal_(principal),
      view_(views.of(principal)),
      hub_(hub),
      items_(items),
      clock_(clock) {
  sync();
}

Counters::~Counters() {
  MutexLock lock(mutex_);
  for (const auto& [id, counter] : counters_) hub_.unsubscribe(counter.reader.get());
}

void Counters::sync() {
  MutexLock lock(mutex_);
  std::map<std::string, std::string> wanted;
  for (const SharedItem& item : items_.of_kind("counters"))
    wanted[item.id] = json::parse(item.json)["query"];
  std::erase_if(counters_, [&](const auto& one) {
    const auto& [id, counter] = one;
    const auto found = wanted.find(id);
    if (found != wanted.end() && found->second == counter.query) return false;
    hub_.unsubscribe(counter.reader.get());
    return true;
  });
  for (const auto& [id, query] : wanted) {
    if (counters_.count(id)) continue;
    auto parsed = logql::TailQuery::parse(query);
    if (!parsed.ok()) continue;  // they are checked before they are kept
    const Timestamp from = (clock_.now() / kMillisecond + 1) * kMillisecond;
    auto reader = std::make_shared<CounterReader>(from, clock_);
    hub_.subscribe(views_.feed_key(principal_, query, false),
                   views_.narrowed(principal_, std::move(*parsed)), reader);
    counters_[id] = {query, from, std::move(reader), false};
  }
}

void Counters::read_history(const Counter& counter, const logql::QueryRun& run) const {
  counter.reader->expect_history();
  const Timestamp minute = counter.from / kMinute * kMinute;
  const auto minutes =
      count_minutes(view_->engine(), counter.query, minute, CounterReader::kHistoryMinutes, run);
  const auto rest =
      count_before(view_->engine(), counter.query, counter.from, counter.from - minute, run);
  // If this fails, counting begins when the counter did, and the answer says so.
  if (minutes.ok() && rest.ok()) counter.reader->add_history(*minutes, *rest);
}

std::string Counters::text(const logql::QueryRun& run) {
  const Timestamp settled = clock_.now() - kSettling;
  std::map<std::string, Counter> counters;
  {
    MutexLock lock(mutex_);
    counters = counters_;
    for (auto& [id, counter] : counters_) counter.has_history |= counter.from <= settled;
  }
  auto out = json::array();
  for (const auto& [id, counter] : counters) {
    if (!counter.has_history && counter.from <= settled) read_history(counter, run);
    const CounterReader::Counts c = counter.reader->counts();
    out.push_back({{"id", id},
                   {"since", c.since / kMillisecond},
                   {"total", c.total},
                   {"unread", c.unread},
                   {"minutes", c.minutes},
                   {"seconds", c.seconds}});
  }
  return json{{"counters", std::move(out)}}.dump();
}

}  // namespace logsvc::server
