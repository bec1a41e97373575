#include "server/api/settings_api.h"

#include "base/json_text.h"
#include "extract/detected_level.h"
#include "server/api/loki_version.h"
#include "server/auth/principal_event.h"
#include "server/ingest/service_name.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

std::string json_list(std::span<const std::string_view> values) {
  std::string out = "[";
  for (const std::string_view value : values) {
    if (out.size() > 1) out += ',';
    append_json_string(out, value, JsonEscapes::kNeeded);
  }
  return out + "]";
}

std::string json_flag(bool value) { return value ? "true" : "false"; }

std::string json_duration(Duration d) {
  return "\"" + (d == 0 ? std::string("0s") : format_duration(d)) + "\"";
}

}  // namespace

void SettingsApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET", "/config", "config", A::kAdmin, handler(this, &SettingsApi::config)});
  routes.add({"GET", "/loki/api/v1/drilldown-limits", "loki_api_v1_drilldown_limits", A::kRead,
              handler(this, &SettingsApi::drilldown_limits)});
  routes.add({"GET", "/log_level", "log_level", A::kRead, handler(this, &SettingsApi::log_level)});
  routes.add(
      {"POST", "/log_level", "log_level", A::kOperate, handler(this, &SettingsApi::log_level)});
  routes.add({"GET", "/services", "services", A::kRead, handler(this, &SettingsApi::services)});
  routes.add({"GET", "/loki/api/v1/rules", "loki_api_v1_rules", A::kRead,
              handler(this, &SettingsApi::rules)});
  routes.add({"GET", "/loki/api/v1/rules/{namespace}", "loki_api_v1_rules", A::kRead,
              handler(this, &SettingsApi::rules)});
  routes.add(
      {"GET", "/api/prom/rules", "api_prom_rules", A::kRead, handler(this, &SettingsApi::rules)});
  routes.add({"GET", "/prometheus/api/v1/rules", "prometheus_api_v1_rules", A::kRead,
              handler(this, &SettingsApi::rules)});
  routes.add({"GET", "/prometheus/api/v1/alerts", "prometheus_api_v1_alerts", A::kRead,
              handler(this, &SettingsApi::alerts)});
}

void SettingsApi::config(const http::Request& request, http::Response& response) {
  if (Params(request).text("format") == "json") return send_json(response, info_.json);
  send_text(response, 200, info_.text);
}

// Logs Drilldown sizes its requests by these.
void SettingsApi::drilldown_limits(const http::Request&, http::Response& response) {
  const IngestLimits& ingest = info_.ingest;
  const std::string services = ingest.discover_service_name ? json_list(service_labels()) : "[]";
  std::string out = "{\"limits\":{\"discover_log_levels\":" + json_flag(ingest.discover_log_levels);
  out += ",\"discover_service_name\":" + services;
  out += ",\"log_level_fields\":" + json_list(extract::level_names());
  out += ",\"max_entries_limit_per_query\":" + std::to_string(info_.queries.max_entries);
  out += ",\"max_line_size_truncate\":" + json_flag(ingest.cut_long_lines);
  out += ",\"max_query_bytes_read\":\"0B\",\"max_query_length\":" +
         json_duration(info_.queries.max_query_length);
  out += ",\"max_query_lookback\":\"0s\",\"max_query_range\":\"0s\",\"max_query_series\":" +
         std::to_string(info_.queries.max_series);
  out += ",\"metric_aggregation_enabled\":false,\"otlp_config\":{}";
  out += ",\"pattern_persistence_enabled\":false,\"query_timeout\":" +
         json_duration(info_.queries.timeout);
  out += ",\"retention_period\":" + json_duration(info_.retention);
  out += ",\"retention_stream\":[],\"volume_enabled\":true,\"volume_max_series\":" +
         std::to_string(info_.volume_max_series);
  out += "},\"pattern_ingester_enabled\":true,\"version\":\"" + std::string(kLokiVersion) + "\"}\n";
  send_json(response, std::move(out));
}

void SettingsApi::log_level(const http::Request& request, http::Response& response,
                            const Principal& principal) {
  std::string out = "{\"message\":\"Current log level is " +
                    std::string(log_level_name(diagnostics_.level())) + "\"}\n";
  if (request.method == "POST") {
    const std::string wanted = Params(request).text("log_level");
    const auto level = parse_log_level(wanted);
    if (!level.ok()) {
      out = "{\"status\":\"failed\",\"message\":";
      append_json_string(out, "unrecognized log level " + quote(wanted), JsonEscapes::kNeeded);
      send_json(response, out + "}\n");
      response.status = 400;
      return;
    }
    diagnostics_.set_level(*level);
    AuditEvent event = audit_event(AuditKind::kLogLevelChanged, principal);
    event.detail.push_back({"level", wanted});
    audit_.record(event);
    out = "{\"status\":\"success\",\"message\":\"Log level set to " + wanted + "\"}\n";
  }
  send_json(response, std::move(out));
}

void SettingsApi::services(const http::Request&, http::Response& response) {
  send_text(response, 200,
            "server => Running\ningest => Running\nstore => Running\nquerier => Running\n"
            "tail => Running\n");
}

// There are no rules until alerting exists; Grafana's alert page polls for them.
void SettingsApi::rules(const http::Request& request, http::Response& response) {
  if (request.path != "/prometheus/api/v1/rules")
    return send_text(response, 404, "no rule groups found\n");
  send_json(response,
            "{\"status\":\"success\",\"data\":{\"groups\":[]},\"errorType\":\"\",\"error\":\"\"}");
}

void SettingsApi::alerts(const http::Request&, http::Response& response) {
  send_json(response,
            "{\"status\":\"success\",\"data\":{\"alerts\":[]},\"errorType\":\"\",\"error\":\"\"}");
}

}  // namespace logsvc::server
