#include <algorithm>

#include "base/json_text.h"
#include "server/explore/pattern_miner.h"
#include "server/http/api.h"
#include "server/http/response_json.h"
#include "server/http/selection.h"

namespace logsvc::server {
namespace {

constexpr Duration kSmallestBucket = 10 * kSecond;
constexpr uint64_t kMaxLines = 200'000;  // the newest ones
constexpr size_t kMaxPatterns = 300;

std::string_view level_of(const Entry& entry) {
  for (const LabelView& pair : entry.metadata) {
    if (pair.name == "detected_level") return pair.value;
  }
  return "unknown";
}

std::string patterns_response(const std::vector<LinePattern>& patterns,
                              std::span<const std::string> warnings) {
  std::string out = "{\"status\":\"success\",\"data\":[";
  for (size_t i = 0; i < patterns.size(); ++i) {
    if (i) out += ',';
    out += "{\"pattern\":";
    append_json_string(out, patterns[i].text, JsonEscapes::kHtml);
    out += ",\"level\":";
    append_json_string(out, patterns[i].level, JsonEscapes::kNeeded);
    out += ",\"samples\":[";
    bool first = true;
    for (const auto& [bucket, lines] : patterns[i].samples) {
      if (!first) out += ',';
      first = false;
      out += "[" + std::to_string(bucket / kSecond) + "," + std::to_string(lines) + "]";
    }
    out += "]}";
  }
  out += ']';
  append_warnings(out, warnings);
  return out + "}\n";
}

}  // namespace

void Api::patterns(const Request& request, Response& response) {
  const Params params(request);
  auto selected = read_selection(params, clock_.now(), {});
  if (!selected.ok()) return send_error(response, selected.error());
  const auto step = params.step("step", kSmallestBucket);
  if (!step.ok()) return send_error(response, step.error());
  SelectQuery query;
  query.matchers = std::move(selected->matchers);
  query.range = selected->range;
  query.direction = Direction::kBackward;
  query.limit_hint = kMaxLines;
  auto entries = store_.select(query);
  if (!entries.ok()) return send_error(response, entries.error());
  const Duration bucket = std::max(kSmallestBucket, *step - *step % kSecond);
  PatternMiner miner(bucket);
  const int64_t deadline = clock_.steady_ns() + info_.query_limits.timeout;
  for (uint64_t lines = 0; lines < kMaxLines && (*entries)->next(); ++lines) {
    const Entry& entry = (*entries)->entry();
    miner.add(entry.timestamp, entry.line, level_of(entry));
    if (lines % 1024 == 0 && info_.query_limits.timeout && clock_.steady_ns() > deadline) break;
  }
  if (!(*entries)->status().ok()) return send_error(response, (*entries)->status().error());
  send_json(response, patterns_response(miner.take(kMaxPatterns), (*entries)->stats().warnings));
}

}  // namespace logsvc::server
