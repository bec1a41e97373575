#include "base/json_text.h"
#include "os/file_system.h"
#include "server/api/api.h"
#include "server/transport/params.h"

namespace logsvc::server {

void Api::ready(const Request&, Response& response) { send_text(response, 200, "ready\n"); }

void Api::metrics_page(const Request&, Response& response) {
  response.status = 200;
  response.set_body(metrics_.text(), "text/plain; version=0.0.4; charset=utf-8");
}

// The version is that of the Loki API we answer, since clients compare it; ours is in branch.
void Api::build_info(const Request& request, Response& response) {
  hear_heartbeat(request, response);
  response.status = 200;
  response.set_body("{\"version\":\"" + std::string(kLokiVersion) +
                        "\",\"revision\":\"\",\"branch\":\"logsvc-" + info_.version +
                        "\",\"buildUser\":\"\",\"buildDate\":\"\",\"goVersion\":\"\"}",
                    "application/json");
}

void Api::flush(const Request&, Response& response) {
  if (const Status flushed = store_.flush(); !flushed.ok()) {
    return send_error(response, flushed.error());
  }
  response.status = 204;
}

void Api::config(const Request& request, Response& response) {
  if (Params(request).text("format") == "json") return send_json(response, info_.settings_json);
  send_text(response, 200, info_.settings);
}

namespace {

// "retentionHeld": null, or why nothing is deleted for its age.
std::string held_json(const std::optional<store::HeldRetention>& held) {
  if (!held) return "null";
  return "{\"clockMs\":" + std::to_string(held->clock / kMillisecond) +
         ",\"expectedMs\":" + std::to_string(held->expected / kMillisecond) +
         ",\"leftMs\":" + std::to_string(held->left / kMillisecond) + "}";
}

}  // namespace

void Api::status(const Request&, Response& response) {
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
         ",\"viewers\":" + number(tail_.hub().viewers()) +
         ",\"retentionMs\":" + number(static_cast<uint64_t>(info_.retention / kMillisecond)) +
         ",\"retentionHeld\":" + held_json(store_.retention_held()) +
         ",\"oldestMs\":" + number(static_cast<uint64_t>(t.oldest / kMillisecond)) +
         ",\"diskFree\":" + number(disk.ok() ? disk->free_bytes : 0) +
         ",\"diskTotal\":" + number(disk.ok() ? disk->total_bytes : 0) + "}\n";
  send_json(response, std::move(out));
}

// The word of a person that the clock has not jumped: what is past the retention is deleted again.
void Api::confirm_clock(const Request&, Response& response) {
  if (const Status confirmed = store_.confirm_clock(); !confirmed.ok()) {
    return send_error(response, confirmed.error());
  }
  response.status = 204;
}

// No rules until alerting is there: what Grafana's alert page polls for.
void Api::rules(const Request& request, Response& response) {
  if (request.path != "/prometheus/api/v1/rules")
    return send_text(response, 404, "no rule groups found\n");
  send_json(response,
            "{\"status\":\"success\",\"data\":{\"groups\":[]},\"errorType\":\"\",\"error\":\"\"}");
}

void Api::alerts(const Request&, Response& response) {
  send_json(response,
            "{\"status\":\"success\",\"data\":{\"alerts\":[]},\"errorType\":\"\",\"error\":\"\"}");
}

}  // namespace logsvc::server
