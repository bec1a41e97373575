#include "server/server_config.h"

#include <algorithm>
#include <thread>

#include "os/memory.h"
#include "server/retention/retention_rules.h"

namespace logsvc::server {

const std::vector<config::SettingSpec>& server_settings() {
  static const std::vector<config::SettingSpec> kSpecs = {
      {.name = "data-dir", .help = "Where everything is kept", .default_value = "./data"},
      {.name = "listen", .help = "API: host:port", .default_value = "0.0.0.0:3100"},
      {.name = "ui-listen",
       .help = "Dashboard and API: host:port",
       .default_value = "0.0.0.0:3004"},
      {.name = "retention",
       .help = "How long lines are kept, in whole days (0: for ever)",
       .default_value = "336h"},
      {.name = "retention-stream",
       .help = "Streams kept for another time: {selector} PERIOD [PRIORITY]; … (the highest "
               "priority counts, then the shortest period)"},
      {.name = "max-size",
       .help = "Drop the oldest day when all files take more (0: no cap)",
       .default_value = "0"},
      {.name = "min-free-space",
       .help = "Drop the oldest day when less is free on the disk (0: never)",
       .default_value = "0"},
      {.name = "deletion-mode",
       .help = "Delete requests: filter-and-delete, filter-only (lines are hidden, not removed) or "
               "disabled",
       .default_value = "filter-and-delete"},
      {.name = "delete-request-cancel-period",
       .help = "How long a delete request can be taken back",
       .default_value = "24h"},
      {.name = "auth",
       .help = "off, password (reading asks for the admin password), or auto: password as soon as "
               "a listener is not loopback",
       .default_value = "auto"},
      {.name = "allowed-hosts",
       .help = "Further names of this server, as clients call it (a,b; *: any), while no password "
               "is asked for"},
      {.name = "admin-password", .help = "Generated and printed once if absent", .secret = true},
      {.name = "memory",
       .help = "Budget for entries that are not yet in files",
       .default_value = "128MB"},
      {.name = "window-age",
       .help = "Entries are sealed into files when they are this old",
       .default_value = "10m"},
      {.name = "sync-interval",
       .help = "0: on disk before every acknowledgement; else at most this often, and a power cut "
               "may cost the acknowledged lines of that time",
       .default_value = "0"},
      {.name = "max-streams",
       .help = "Streams (sets of labels) that have lines; pushes that would make more get 429 (0: "
               "no limit)",
       .default_value = "200000"},
      {.name = "max-delete-requests",
       .help = "Delete requests that are not processed yet; more get 429",
       .default_value = "250"},
      {.name = "max-line-size", .help = "Longer lines are refused", .default_value = "1MB"},
      {.name = "max-line-size-truncate",
       .help = "Cut longer lines instead",
       .default_value = "false"},
      {.name = "max-label-names", .help = "Labels of a stream", .default_value = "32"},
      {.name = "max-label-name-length", .help = "Bytes of a label's name", .default_value = "1024"},
      {.name = "max-label-value-length",
       .help = "Bytes of a label's value",
       .default_value = "2048"},
      {.name = "allow-structured-metadata",
       .help = "false: entries with it are refused",
       .default_value = "true"},
      {.name = "max-structured-metadata-size", .help = "Of one entry", .default_value = "64KB"},
      {.name = "max-structured-metadata-entries", .help = "Of one entry", .default_value = "128"},
      {.name = "discover-service-name",
       .help = "Add the label service_name",
       .default_value = "true"},
      {.name = "discover-log-levels",
       .help = "Add detected_level to each entry",
       .default_value = "true"},
      {.name = "reject-old-samples",
       .help = "Refuse entries older than this (0: never)",
       .default_value = "0"},
      {.name = "creation-grace-period",
       .help = "How far in the future an entry may be (0: any)",
       .default_value = "10m"},
      {.name = "future",
       .help = "Entries further in the future: reject, or keep at the time of their arrival with "
               "their own as original_time (so it always is for our agents)",
       .default_value = "reject"},
      {.name = "max-entries", .help = "Entries a query may ask for", .default_value = "5000"},
      {.name = "max-series", .help = "Series a query may answer", .default_value = "500"},
      {.name = "max-query-length",
       .help = "Largest range of a query (0: any)",
       .default_value = "0"},
      {.name = "volume-max-series",
       .help = "Rows a volume query may make",
       .default_value = "1000"},
      {.name = "query-timeout", .help = "A query is ended after this", .default_value = "1m"},
      {.name = "max-concurrent-queries",
       .help = "Queries that run at once (auto: twice the processors, at least 4)",
       .default_value = "auto"},
      {.name = "query-queue",
       .help = "Queries of one user or address that may wait for their turn",
       .default_value = "100"},
      {.name = "query-memory",
       .help = "What all running queries may hold together (auto: an eighth of the machine's "
               "memory; 0: any)",
       .default_value = "auto"},
      {.name = "compress-responses",
       .help = "gzip for clients that take it",
       .default_value = "true"},
      {.name = "web-dir", .help = "Serve the page from this folder (for its developers)"},
      {.name = "log-level", .help = "debug, info, warn or error", .default_value = "info"},
      {.name = "log-format", .help = "logfmt or json", .default_value = "logfmt"},
  };
  return kSpecs;
}

namespace {

Status read_deletion_mode(const config::Settings& s, ServerConfig& out) {
  const std::string& mode = s.text("deletion-mode");
  if (mode != "filter-and-delete" && mode != "filter-only" && mode != "disabled") {
    return s.bad_value(
        "deletion-mode",
        "expected filter-and-delete, filter-only or disabled, found \"" + mode + "\"");
  }
  out.deletion_enabled = mode != "disabled";
  out.store.hide_only = mode == "filter-only";
  ASSIGN_OR_RETURN(out.store.deletion_cancel_period, s.duration("delete-request-cancel-period"));
  return {};
}

// Returns the parts of "a, b".
std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string part = text.substr(at, end - at);
    std::erase(part, ' ');
    if (!part.empty()) out.push_back(std::move(part));
    at = end + 1;
  }
  return out;
}

Result<config::ListenAddress> address(const config::Settings& settings, const std::string& name) {
  auto parsed = config::parse_listen_address(settings.text(name));
  if (!parsed.ok()) return settings.bad_value(name, parsed.error().message);
  return parsed;
}

Result<IngestLimits> ingest_limits(const config::Settings& s) {
  IngestLimits out;
  ASSIGN_OR_RETURN(out.max_line_bytes, s.bytes("max-line-size"));
  ASSIGN_OR_RETURN(out.cut_long_lines, s.boolean("max-line-size-truncate"));
  ASSIGN_OR_RETURN(out.max_label_names, s.number("max-label-names"));
  ASSIGN_OR_RETURN(out.max_label_name_bytes, s.bytes("max-label-name-length"));
  ASSIGN_OR_RETURN(out.max_label_value_bytes, s.bytes("max-label-value-length"));
  ASSIGN_OR_RETURN(out.allow_metadata, s.boolean("allow-structured-metadata"));
  ASSIGN_OR_RETURN(out.max_metadata_bytes, s.bytes("max-structured-metadata-size"));
  ASSIGN_OR_RETURN(out.max_metadata_pairs, s.number("max-structured-metadata-entries"));
  ASSIGN_OR_RETURN(out.reject_old_samples_after, s.duration("reject-old-samples"));
  ASSIGN_OR_RETURN(out.creation_grace_period, s.duration("creation-grace-period"));
  const std::string& future = s.text("future");
  if (future != "reject" && future != "keep")
    return s.bad_value("future", "expected reject or keep, found \"" + future + "\"");
  out.keep_future = future == "keep";
  ASSIGN_OR_RETURN(out.discover_service_name, s.boolean("discover-service-name"));
  ASSIGN_OR_RETURN(out.discover_log_levels, s.boolean("discover-log-levels"));
  return out;
}

Result<QueryPoolOptions> query_pool_options(const config::Settings& s) {
  constexpr uint64_t kLeastMemory = 16u << 20, kMostQueries = 1024;
  QueryPoolOptions out;
  if (s.text("max-concurrent-queries") == "auto") {
    out.max_running = std::max(4u, 2 * std::thread::hardware_concurrency());
  } else {
    ASSIGN_OR_RETURN(out.max_running, s.number("max-concurrent-queries"));
    if (out.max_running < 1 || out.max_running > kMostQueries) {
      return s.bad_value("max-concurrent-queries", "must be 1 to 1024, or auto");
    }
  }
  ASSIGN_OR_RETURN(out.max_waiting, s.number("query-queue"));
  if (s.text("query-memory") == "auto") {
    out.max_memory_bytes = std::max<uint64_t>(machine_memory_bytes() / 8, 64u << 20);
  } else {
    ASSIGN_OR_RETURN(out.max_memory_bytes, s.bytes("query-memory"));
    if (out.max_memory_bytes && out.max_memory_bytes < kLeastMemory) {
      return s.bad_value("query-memory", "must be at least 16MB, or 0");
    }
  }
  return out;
}

}  // namespace

Result<ServerConfig> make_server_config(const config::Settings& s) {
  ServerConfig out;
  ASSIGN_OR_RETURN(out.listen, address(s, "listen"));
  ASSIGN_OR_RETURN(out.ui_listen, address(s, "ui-listen"));
  out.store.dir = s.text("data-dir");
  if (out.store.dir.empty()) return s.bad_value("data-dir", "must not be empty");
  ASSIGN_OR_RETURN(out.store.retention, s.duration("retention"));
  ASSIGN_OR_RETURN(out.store.max_streams, s.number("max-streams"));
  ASSIGN_OR_RETURN(out.store.max_active_deletions, s.number("max-delete-requests"));
  auto rules = parse_retention_rules(s.text("retention-stream"));
  if (!rules.ok()) return s.bad_value("retention-stream", rules.error().message);
  out.store.retention_rules = std::move(*rules);
  ASSIGN_OR_RETURN(out.store.max_bytes, s.bytes("max-size"));
  ASSIGN_OR_RETURN(out.store.min_free_bytes, s.bytes("min-free-space"));
  RETURN_IF_ERROR(read_deletion_mode(s, out));
  ASSIGN_OR_RETURN(out.store.memory_bytes, s.bytes("memory"));
  if (out.store.memory_bytes < (16u << 20)) return s.bad_value("memory", "must be at least 16MB");
  ASSIGN_OR_RETURN(out.store.window_age, s.duration("window-age"));
  ASSIGN_OR_RETURN(out.store.sync_interval, s.duration("sync-interval"));
  ASSIGN_OR_RETURN(out.limits, ingest_limits(s));
  ASSIGN_OR_RETURN(out.max_entries, s.number("max-entries"));
  ASSIGN_OR_RETURN(out.max_series, s.number("max-series"));
  ASSIGN_OR_RETURN(out.max_query_length, s.duration("max-query-length"));
  ASSIGN_OR_RETURN(out.volume_max_series, s.number("volume-max-series"));
  ASSIGN_OR_RETURN(out.compress_responses, s.boolean("compress-responses"));
  ASSIGN_OR_RETURN(out.query_timeout, s.duration("query-timeout"));
  ASSIGN_OR_RETURN(out.query_pool, query_pool_options(s));
  const std::string& auth = s.text("auth");
  if (auth == "auto") {
    out.ask_password = !out.listen.is_loopback() || !out.ui_listen.is_loopback();
    out.off_by_default = !out.ask_password;
  } else if (auth == "password" || auth == "off") {
    out.ask_password = auth == "password";
  } else {
    return s.bad_value("auth", "expected off, password or auto, found \"" + auth + "\"");
  }
  out.allowed_hosts = split_list(s.text("allowed-hosts"));
  out.admin_password = s.text("admin-password");
  out.web_dir = s.text("web-dir");
  out.described = s.describe();
  out.described_json = s.describe_json();
  return out;
}

}  // namespace logsvc::server
