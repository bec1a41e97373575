#include "client/log_query.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace logsvc::client {
namespace {

constexpr uint64_t kLargestBatch = 5000;  // what servers give at once by default

// Remembers the lines of the newest time that came already, to tell them from new ones of that
// time.
class SeenLines {
 public:
  bool is_new(const LogLine& line) {
    if (line.timestamp != time_) {
      time_ = line.timestamp;
      keys_.clear();
    }
    return keys_.insert(LogPrinter::format_labels(line.labels) + line.text).second;
  }
  Timestamp time() const { return time_; }
  uint64_t count() const { return keys_.size(); }

 private:
  Timestamp time_ = 0;
  std::set<std::string> keys_;
};

Result<nlohmann::json> ask(LokiClient& client, const LogQuery& q, Timestamp start, Timestamp end,
                           uint64_t limit) {
  QueryParams params{{"query", q.query},
                     {"start", std::to_string(start)},
                     {"end", std::to_string(end)},
                     {"limit", std::to_string(limit)},
                     {"direction", q.forward ? "forward" : "backward"}};
  if (!q.interval.empty()) params.emplace("interval", q.interval);
  ASSIGN_OR_RETURN(nlohmann::json answer, client.get("/loki/api/v1/query_range", params));
  if (!answer.contains("data") || !answer["data"].contains("result")) {
    return invalid("the server's answer has no result");
  }
  return answer;
}

// Returns the interval, as Loki reads it: a duration or seconds; nullopt if it keeps every line.
// One that cannot be read is left to the server, which refuses it.
std::optional<Duration> interval_of(const LogQuery& q) {
  if (q.interval.empty()) return {};
  Duration out = 0;
  double seconds = 0;
  const char* end = q.interval.data() + q.interval.size();
  const auto number = std::from_chars(q.interval.data(), end, seconds);
  if (number.ec == std::errc() && number.ptr == end) {
    if (!(seconds > 0 && seconds < 9e9)) return {};
    out = static_cast<Duration>(seconds * static_cast<double>(kSecond));
  } else if (const auto parsed = parse_duration(q.interval); parsed.ok()) {
    out = *parsed;
  }
  return out > 0 ? std::optional(out) : std::nullopt;
}

}  // namespace

std::vector<LogLine> lines_of(const nlohmann::json& streams, bool forward) {
  std::vector<LogLine> out;
  if (!streams.is_array()) return out;
  for (const auto& stream : streams) {
    LabelMap labels;
    if (stream.contains("stream")) {
      for (const auto& [name, value] : stream["stream"].items()) {
        labels[name] = value.is_string() ? value.get<std::string>() : value.dump();
      }
    }
    if (!stream.contains("values")) continue;
    for (const auto& value : stream["values"]) {
      if (!value.is_array() || value.size() < 2 || !value[0].is_string() || !value[1].is_string()) {
        continue;
      }
      const std::string digits = value[0];
      LogLine line{0, labels, value[1]};
      std::from_chars(digits.data(), digits.data() + digits.size(), line.timestamp);
      out.push_back(std::move(line));
    }
  }
  std::stable_sort(out.begin(), out.end(), [&](const LogLine& a, const LogLine& b) {
    return forward ? a.timestamp < b.timestamp : a.timestamp > b.timestamp;
  });
  return out;
}

Result<LogQueryResult> run_log_query(LokiClient& client, const LogQuery& q,
                                     const std::function<void(const std::vector<LogLine>&)>& take,
                                     const std::function<void(const std::string&)>& warn) {
  LogQueryResult out;
  Timestamp start = q.start, end = q.end;
  uint64_t batch = std::max<uint64_t>(1, q.batch);
  const std::optional<Duration> step = interval_of(q);
  SeenLines seen;
  while (start < end && (q.limit == 0 || out.lines < q.limit)) {
    uint64_t wanted = batch;
    if (q.limit != 0) wanted = std::min(wanted, q.limit - out.lines + seen.count());
    ASSIGN_OR_RETURN(const nlohmann::json answer, ask(client, q, start, end, wanted));
    const auto& data = answer["data"];
    out.stats = data.value("stats", nlohmann::json::object());
    for (const auto& warning : answer.value("warnings", nlohmann::json::array())) {
      if (warning.is_string()) warn(warning);
    }
    const std::vector<LogLine> lines = lines_of(data["result"], q.forward);
    std::vector<LogLine> fresh;
    for (const LogLine& line : lines) {
      if (q.limit != 0 && out.lines + fresh.size() >= q.limit) break;
      if (seen.is_new(line)) fresh.push_back(line);
    }
    out.lines += fresh.size();
    if (!fresh.empty()) take(fresh);
    if (lines.empty()) break;
    if (step) {
      // The server looked at `wanted` lines and returned those that are an interval apart. The next
      // one is at least an interval after the last.
      q.forward ? start = add_saturated(seen.time(), *step)
                : end = add_saturated(seen.time(), 1 - *step);
      continue;
    }
    if (lines.size() < wanted) break;
    // The next request begins at the last time again: more lines may have it.
    if (fresh.empty()) {
      if (batch >= kLargestBatch) {
        warn("more than " + std::to_string(batch) + " lines have one time; some are left out");
        (q.forward ? start : end) = q.forward ? seen.time() + 1 : seen.time();
        continue;
      }
      batch = std::min(batch * 2, kLargestBatch);
    }
    (q.forward ? start : end) = q.forward ? seen.time() : seen.time() + 1;
  }
  return out;
}

}  // namespace logsvc::client
