#include "server/api/patterns_api.h"

#include <algorithm>

#include "base/json_text.h"
#include "server/explore/pattern_miner.h"
#include "server/query/response_json.h"
#include "server/query/selection.h"
#include "server/transport/reply.h"

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

void PatternsApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET POST", "/loki/api/v1/patterns", "loki_api_v1_patterns", A::kRead,
              handler(this, &PatternsApi::patterns)});
}

void PatternsApi::patterns(const http::Request& request, http::Response& response,
                           const Principal& principal) {
  const auto view = views_.of(principal);
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
  const Duration bucket = std::max(kSmallestBucket, *step - *step % kSecond);
  queries_.answer(request, response, principal, [&](const logql::QueryRun& run) -> Status {
    query.stop = run.cancellation.token();
    ASSIGN_OR_RETURN(const auto entries, view->source().select(query));
    PatternMiner miner(bucket);
    for (uint64_t lines = 0; lines < kMaxLines && entries->next(); ++lines) {
      if (run.cancellation.requested()) break;
      const Entry& entry = entries->entry();
      miner.add(entry.timestamp, entry.line, level_of(entry));
    }
    // When its time is over, it answers with what it has seen.
    const Status stopped = run.cancellation.check();
    const bool late = !stopped.ok() && stopped.error().code == ErrorCode::kTimeout;
    if (!late) {
      RETURN_IF_ERROR(stopped);
      RETURN_IF_ERROR(entries->status());
    }
    send_json(response, patterns_response(miner.take(kMaxPatterns), entries->stats().warnings));
    return {};
  });
}

}  // namespace logsvc::server
