#include "server/api/status_api.h"

#include "base/json_text.h"
#include "os/file_system.h"
#include "server/auth/principal_event.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"

namespace logsvc::server {

void StatusApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET", "/api/status", "api_status", A::kRead, handler(this, &StatusApi::status)});
  routes.add({"GET POST", "/flush", "flush", A::kOperate, handler(this, &StatusApi::flush),
              Route::Body::kSmall, true});
  routes.add({"POST", "/api/retention/confirm-clock", "api_retention_confirm_clock", A::kAdmin,
              handler(this, &StatusApi::confirm_clock)});
}

void StatusApi::flush(const http::Request&, http::Response& response, const Principal& principal) {
  if (const Status flushed = store_.flush(); !flushed.ok()) {
    return send_error(response, flushed.error());
  }
  audit_.record(audit_event(AuditKind::kFlush, principal));
  response.status = 204;
}

namespace {

std::string number(uint64_t n) { return std::to_string(n); }

// Writes "retentionHeld": null, or why nothing is deleted for its age.
std::string held_json(const std::optional<store::HeldRetention>& held) {
  if (!held) return "null";
  return "{\"clockMs\":" + std::to_string(held->clock / kMillisecond) +
         ",\"expectedMs\":" + std::to_string(held->expected / kMillisecond) +
         ",\"leftMs\":" + std::to_string(held->left / kMillisecond) + "}";
}

// Writes which labels have too many values, and whose pushes were refused in the last day.
std::string limits_json(const IngestGuard& guard) {
  constexpr const char* kActions[] = {"folded", "rejected", "none"};
  constexpr size_t kMostRefused = 20;
  std::string out = "{\"runaway\":[";
  for (const RunawayLabel& one : guard.runaway()) {
    if (out.back() == '}') out += ',';
    out += "{\"label\":";
    append_json_string(out, one.name, JsonEscapes::kNeeded);
    out += ",\"moreThan\":" + std::to_string(one.max_values) + ",\"action\":\"" +
           kActions[static_cast<size_t>(one.action)] +
           "\",\"sinceMs\":" + std::to_string(one.since / kMillisecond) + "}";
  }
  out += "],\"refused\":[";
  size_t n = 0;
  for (const RefusedSource& one : guard.refused()) {
    if (n == kMostRefused) break;
    if (n++ > 0) out += ',';
    out += "{\"source\":";
    append_json_string(out, one.name, JsonEscapes::kNeeded);
    out += ",\"pushes\":" + std::to_string(one.pushes) + ",\"lines\":" + std::to_string(one.lines) +
           ",\"bytes\":" + std::to_string(one.bytes) +
           ",\"lastMs\":" + std::to_string(one.last / kMillisecond) + ",\"why\":";
    append_json_string(out, one.why, JsonEscapes::kNeeded);
    out += '}';
  }
  return out + "]}";
}

}  // namespace

void StatusApi::status(const http::Request&, http::Response& response, const Principal& principal) {
  const auto disk = PosixFileSystem().space(info_.data_dir);
  std::string out = "{\"version\":";
  append_json_string(out, info_.version, JsonEscapes::kNeeded);
  out += ",\"demo\":";
  append_json_string(out, info_.demo, JsonEscapes::kNeeded);
  out += ",\"now\":\"" + std::to_string(clock_.now()) + "\"";
  if (principal.scoped_to.empty()) out += lines_json();
  out += ",\"viewers\":" + number(live_.viewers()) +
         ",\"retentionMs\":" + number(static_cast<uint64_t>(info_.retention / kMillisecond)) +
         ",\"retentionHeld\":" + held_json(store_.retention_held()) +
         ",\"diskFree\":" + number(disk.ok() ? disk->free_bytes : 0) +
         ",\"diskTotal\":" + number(disk.ok() ? disk->total_bytes : 0) + "}\n";
  send_json(response, std::move(out));
}

std::string StatusApi::lines_json() const {
  const store::StoreTotals t = store_.totals();
  return ",\"streams\":" + number(t.streams) + ",\"files\":" + number(t.files) +
         ",\"fileBytes\":" + number(t.file_bytes) +
         ",\"fileLineBytes\":" + number(t.file_line_bytes) +
         ",\"journalBytes\":" + number(t.journal_bytes) + ",\"headBytes\":" + number(t.head_bytes) +
         ",\"headEntries\":" + number(t.head_entries) +
         ",\"linesReceived\":" + number(ingest_.lines_received()) +
         ",\"bytesReceived\":" + number(ingest_.bytes_received()) +
         ",\"limits\":" + limits_json(guard_) +
         ",\"oldestMs\":" + number(static_cast<uint64_t>(t.oldest / kMillisecond));
}

// A person confirms that the clock has not jumped: what is past the retention is deleted again.
void StatusApi::confirm_clock(const http::Request&, http::Response& response,
                              const Principal& principal) {
  for (const Status& confirmed : {store_.confirm_clock(), audit_.confirm_clock()}) {
    if (!confirmed.ok()) return send_error(response, confirmed.error());
  }
  audit_.record(audit_event(AuditKind::kClockConfirmed, principal));
  response.status = 204;
}

}  // namespace logsvc::server
