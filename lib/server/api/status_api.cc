#include "server/api/status_api.h"

#include "base/json_text.h"
#include "os/file_system.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"

namespace logsvc::server {

void StatusApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET", "/api/status", "api_status", A::kReader, handler(this, &StatusApi::status)});
  routes.add({"GET POST", "/flush", "flush", A::kReader, handler(this, &StatusApi::flush),
              Route::Body::kSmall, true});
  routes.add({"POST", "/api/retention/confirm-clock", "api_retention_confirm_clock", A::kReader,
              handler(this, &StatusApi::confirm_clock)});
}

void StatusApi::flush(const http::Request&, http::Response& response) {
  if (const Status flushed = store_.flush(); !flushed.ok()) {
    return send_error(response, flushed.error());
  }
  response.status = 204;
}

namespace {

// Writes "retentionHeld": null, or why nothing is deleted for its age.
std::string held_json(const std::optional<store::HeldRetention>& held) {
  if (!held) return "null";
  return "{\"clockMs\":" + std::to_string(held->clock / kMillisecond) +
         ",\"expectedMs\":" + std::to_string(held->expected / kMillisecond) +
         ",\"leftMs\":" + std::to_string(held->left / kMillisecond) + "}";
}

}  // namespace

void StatusApi::status(const http::Request&, http::Response& response) {
  const store::StoreTotals t = store_.totals();
  const auto disk = PosixFileSystem().space(info_.data_dir);
  const auto number = [](uint64_t n) { return std::to_string(n); };
  std::string out = "{\"version\":";
  append_json_string(out, info_.version, JsonEscapes::kNeeded);
  out += ",\"demo\":";
  append_json_string(out, info_.demo, JsonEscapes::kNeeded);
  out += ",\"now\":\"" + std::to_string(clock_.now()) + "\",\"streams\":" + number(t.streams) +
         ",\"files\":" + number(t.files) + ",\"fileBytes\":" + number(t.file_bytes) +
         ",\"fileLineBytes\":" + number(t.file_line_bytes) +
         ",\"journalBytes\":" + number(t.journal_bytes) + ",\"headBytes\":" + number(t.head_bytes) +
         ",\"headEntries\":" + number(t.head_entries) +
         ",\"linesReceived\":" + number(ingest_.lines_received()) +
         ",\"bytesReceived\":" + number(ingest_.bytes_received()) +
         ",\"viewers\":" + number(live_.viewers()) +
         ",\"retentionMs\":" + number(static_cast<uint64_t>(info_.retention / kMillisecond)) +
         ",\"retentionHeld\":" + held_json(store_.retention_held()) +
         ",\"oldestMs\":" + number(static_cast<uint64_t>(t.oldest / kMillisecond)) +
         ",\"diskFree\":" + number(disk.ok() ? disk->free_bytes : 0) +
         ",\"diskTotal\":" + number(disk.ok() ? disk->total_bytes : 0) + "}\n";
  send_json(response, std::move(out));
}

// A person confirms that the clock has not jumped: what is past the retention is deleted again.
void StatusApi::confirm_clock(const http::Request&, http::Response& response) {
  if (const Status confirmed = store_.confirm_clock(); !confirmed.ok()) {
    return send_error(response, confirmed.error());
  }
  response.status = 204;
}

}  // namespace logsvc::server
