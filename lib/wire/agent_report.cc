#include "wire/agent_report.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace logsvc::wire {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxTextBytes = 128;
constexpr size_t kMaxReasons = 20;
constexpr size_t kMaxReasonBytes = 32;
constexpr size_t kMaxNameBytes = 64;
constexpr uint64_t kMaxCount = uint64_t{1} << 53;  // whole numbers of JSON readers

// Writes a JSON string of ASCII; bytes that a header or JSON may not hold become '?'.
std::string quoted(std::string_view text, size_t max_bytes) {
  std::string out = "\"";
  for (const char c : text.substr(0, max_bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte > 0x7E || c == '"' || c == '\\' ? '?' : c;
  }
  return out + '"';
}

std::string quoted(Timestamp t) { return "\"" + std::to_string(t) + "\""; }

Error bad(const std::string& what) {
  return invalid(std::string(kAgentReportHeader) + ": " + what);
}

Result<std::string> read_text(const dom::object& object, const char* name, size_t max_bytes) {
  std::string_view text;
  const auto failure = object[name].get(text);
  if (failure == simdjson::NO_SUCH_FIELD) return std::string();
  if (failure != simdjson::SUCCESS || text.size() > max_bytes)
    return bad(std::string("\"") + name + "\" is not a text of up to " + std::to_string(max_bytes));
  return std::string(text);
}

Result<uint64_t> to_count(const dom::element& value, const std::string& name) {
  uint64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS || number > kMaxCount)
    return bad("\"" + name + "\" is not a whole number");
  return number;
}

Result<uint64_t> read_count(const dom::object& object, const char* name) {
  dom::element value;
  if (object[name].get(value) != simdjson::SUCCESS) return uint64_t{0};
  return to_count(value, name);
}

Result<Timestamp> read_time(const dom::object& object, const char* name) {
  ASSIGN_OR_RETURN(const std::string text, read_text(object, name, 20));
  if (text.empty()) return Timestamp{0};
  Timestamp t = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), t);
  if (failure != std::errc() || end != text.data() + text.size())
    return bad(std::string("\"") + name + "\" is not a time in ns");
  return t;
}

// Reads the member as an object or a list; returns false if it is absent.
template <typename T>
Result<bool> find(const dom::object& object, const char* name, T& out) {
  const auto failure = object[name].get(out);
  if (failure == simdjson::SUCCESS) return true;
  if (failure == simdjson::NO_SUCH_FIELD) return false;
  return bad(std::string("\"") + name + "\" has the wrong type");
}

Status read_spool(const dom::object& root, AgentReport& report) {
  dom::object spool;
  ASSIGN_OR_RETURN(const bool found, find(root, "spool", spool));
  if (!found) return {};
  ASSIGN_OR_RETURN(report.spool_bytes, read_count(spool, "bytes"));
  ASSIGN_OR_RETURN(report.spool_lines, read_count(spool, "lines"));
  ASSIGN_OR_RETURN(const uint64_t age_ms, read_count(spool, "age_ms"));
  constexpr uint64_t kMaxAgeMs = std::numeric_limits<Duration>::max() / kMillisecond;
  report.spool_age = static_cast<Duration>(std::min(age_ms, kMaxAgeMs)) * kMillisecond;
  return {};
}

Status read_dropped(const dom::object& root, AgentReport& report) {
  dom::object dropped;
  ASSIGN_OR_RETURN(const bool found, find(root, "dropped", dropped));
  if (!found) return {};
  for (const auto [reason, value] : dropped) {
    if (reason.size() > kMaxReasonBytes || report.dropped.size() >= kMaxReasons)
      return bad("too much in \"dropped\"");
    ASSIGN_OR_RETURN(report.dropped[std::string(reason)], to_count(value, "dropped"));
  }
  return {};
}

Status read_offset(const dom::object& root, AgentReport& report) {
  int64_t ms = 0;
  constexpr int64_t kMost = std::numeric_limits<Duration>::max() / kMillisecond;
  const auto failure = root["offset_ms"].get(ms);
  if (failure == simdjson::NO_SUCH_FIELD) return {};
  if (failure != simdjson::SUCCESS || ms < -kMost || ms > kMost)
    return bad("\"offset_ms\" is not a whole number of ms");
  report.clock_offset = ms * kMillisecond;
  return {};
}

Status read_ranges(const dom::object& root, AgentReport& report) {
  dom::array ranges;
  ASSIGN_OR_RETURN(const bool found, find(root, "lines", ranges));
  if (!found) return {};
  if (ranges.size() > kMaxReportedRanges) return bad("too many ranges");
  for (const dom::element element : ranges) {
    dom::array parts;
    std::string_view source;
    if (element.get(parts) != simdjson::SUCCESS || parts.size() != 3 ||
        parts.at(0).get(source) != simdjson::SUCCESS || source.empty() ||
        source.size() > kMaxSourceBytes) {
      return bad("a range is not [source, first, count]");
    }
    SequenceRange range{std::string(source), 0, 0};
    ASSIGN_OR_RETURN(range.first, to_count(parts.at(1).value_unsafe(), "first"));
    ASSIGN_OR_RETURN(range.count, to_count(parts.at(2).value_unsafe(), "count"));
    if (range.first == 0 || range.count == 0) return bad("a range of nothing");
    report.lines.push_back(std::move(range));
  }
  return {};
}

Result<int64_t> to_ms(const dom::element& value) {
  int64_t ms = 0;
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / kMillisecond;
  if (value.get(ms) != simdjson::SUCCESS || ms < -1 || ms > kMost)
    return bad("a source's time is not a whole number of ms");
  return ms;
}

Status read_sources(const dom::object& root, AgentReport& report) {
  dom::array sources;
  ASSIGN_OR_RETURN(const bool found, find(root, "sources", sources));
  if (!found) return {};
  if (sources.size() > kMaxDescribedSources) return bad("too many sources");
  for (const dom::element element : sources) {
    dom::array parts;
    std::string_view texts[4];
    bool good = element.get(parts) == simdjson::SUCCESS && parts.size() >= 7;
    for (size_t i = 0; good && i < 4; ++i) {
      good = parts.at(i).get(texts[i]) == simdjson::SUCCESS && texts[i].size() <= kMaxNameBytes;
    }
    if (!good || texts[0].empty() || texts[0].size() > kMaxSourceBytes)
      return bad("a source is not [source, name, driver, read by, read to, lag, running]");
    SourceDescription source;
    source.source = texts[0];
    source.name = texts[1];
    source.driver = texts[2];
    source.read_by = texts[3];
    ASSIGN_OR_RETURN(const int64_t read_to, to_ms(parts.at(4).value_unsafe()));
    ASSIGN_OR_RETURN(const int64_t lag, to_ms(parts.at(5).value_unsafe()));
    ASSIGN_OR_RETURN(const uint64_t running, to_count(parts.at(6).value_unsafe(), "running"));
    source.read_to = std::max<int64_t>(read_to, 0) * kMillisecond;
    source.lag = lag < 0 ? -1 : lag * kMillisecond;
    source.running = running != 0;
    report.sources.push_back(std::move(source));
  }
  return {};
}

std::string encoded(const SourceDescription& s) {
  return '[' + quoted(s.source, kMaxSourceBytes) + ',' + quoted(s.name, kMaxNameBytes) + ',' +
         quoted(s.driver, kMaxNameBytes) + ',' + quoted(s.read_by, kMaxNameBytes) + ',' +
         std::to_string(s.read_to / kMillisecond) + ',' +
         std::to_string(s.lag < 0 ? -1 : s.lag / kMillisecond) + (s.running ? ",1]" : ",0]");
}

}  // namespace

std::string encode_agent_report(const AgentReport& r, size_t* sources_told) {
  std::string out = "{\"v\":1,\"agent\":" + quoted(r.agent, kMaxTextBytes) +
                    ",\"host\":" + quoted(r.host, kMaxTextBytes) +
                    ",\"version\":" + quoted(r.version, kMaxTextBytes) +
                    ",\"clock\":" + quoted(r.clock) + ",\"started\":" + quoted(r.started) +
                    ",\"containers\":" + std::to_string(r.containers) +
                    ",\"spool\":{\"bytes\":" + std::to_string(r.spool_bytes) +
                    ",\"lines\":" + std::to_string(r.spool_lines) +
                    ",\"age_ms\":" + std::to_string(r.spool_age / kMillisecond) + "},\"dropped\":{";
  size_t n = 0;
  for (const auto& [reason, count] : r.dropped) {
    if (n == kMaxReasons) break;
    if (n++ > 0) out += ',';
    out += quoted(reason, kMaxReasonBytes) + ':' + std::to_string(count);
  }
  out += "},\"set_aside\":" + std::to_string(r.set_aside);
  if (r.clock_offset) out += ",\"offset_ms\":" + std::to_string(*r.clock_offset / kMillisecond);
  out += ",\"retries\":" + std::to_string(r.retries);
  if (!r.error.empty())
    out += ",\"error\":" + quoted(r.error, kMaxTextBytes) + ",\"error_at\":" + quoted(r.error_at);
  out += ",\"lines\":[";
  n = 0;
  for (const SequenceRange& range : r.lines) {
    if (n == kMaxReportedRanges) break;
    if (n++ > 0) out += ',';
    out += '[' + quoted(range.source, kMaxSourceBytes) + ',' + std::to_string(range.first) + ',' +
           std::to_string(range.count) + ']';
  }
  out += "],\"sources\":[";
  n = 0;
  for (const SourceDescription& source : r.sources) {
    const std::string text = encoded(source);
    if (n == kMaxDescribedSources || out.size() + text.size() + 3 > kMaxAgentReportBytes) break;
    if (n++ > 0) out += ',';
    out += text;
  }
  if (sources_told) *sources_told = n;
  return out + "]}";
}

Result<AgentReport> decode_agent_report(std::string_view header) {
  if (header.size() > kMaxAgentReportBytes) return bad("too long");
  dom::parser parser;
  dom::object root;
  if (parser.parse(header.data(), header.size()).get(root) != simdjson::SUCCESS)
    return bad("not a JSON object");
  ASSIGN_OR_RETURN(const uint64_t version, read_count(root, "v"));
  if (version != 1) return bad("unknown version " + std::to_string(version));
  AgentReport r;
  ASSIGN_OR_RETURN(r.agent, read_text(root, "agent", kMaxTextBytes));
  ASSIGN_OR_RETURN(r.host, read_text(root, "host", kMaxTextBytes));
  ASSIGN_OR_RETURN(r.version, read_text(root, "version", kMaxTextBytes));
  if (r.agent.empty()) return bad("no \"agent\"");
  ASSIGN_OR_RETURN(r.clock, read_time(root, "clock"));
  ASSIGN_OR_RETURN(r.started, read_time(root, "started"));
  ASSIGN_OR_RETURN(r.containers, read_count(root, "containers"));
  RETURN_IF_ERROR(read_spool(root, r));
  RETURN_IF_ERROR(read_dropped(root, r));
  ASSIGN_OR_RETURN(r.set_aside, read_count(root, "set_aside"));
  RETURN_IF_ERROR(read_offset(root, r));
  ASSIGN_OR_RETURN(r.retries, read_count(root, "retries"));
  ASSIGN_OR_RETURN(r.error, read_text(root, "error", kMaxTextBytes));
  ASSIGN_OR_RETURN(r.error_at, read_time(root, "error_at"));
  RETURN_IF_ERROR(read_ranges(root, r));
  RETURN_IF_ERROR(read_sources(root, r));
  return r;
}

}  // namespace logsvc::wire
