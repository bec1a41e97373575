#include "server/server_config.h"

#include <algorithm>
#include <thread>

#include "os/memory.h"
#include "server/retention/retention_rules.h"

namespace logsvc::server {

const std::vector<config::SettingSpec>& server_settings() {
  static const std::vector<config::SettingSpec> kSpecs = {
      {"data-dir", "Where everything is kept", "./data", {}, false},
      {"listen", "API: host:port", "0.0.0.0:3100", {}, false},
      {"ui-listen", "Dashboard and API: host:port", "0.0.0.0:3004", {}, false},
      {"retention", "How long lines are kept, in whole days (0: for ever)", "336h", {}, false},
      {"retention-stream",
       "Streams kept for another time: {selector} PERIOD [PRIORITY]; … (the highest priority "
       "counts, "
       "then the shortest period)",
       "",
       {},
       false},
      {"max-size", "Drop the oldest day when all files take more (0: no cap)", "0", {}, false},
      {"min-free-space",
       "Drop the oldest day when less is free on the disk (0: never)",
       "0",
       {},
       false},
      {"deletion-mode",
       "Delete requests: filter-and-delete, filter-only (lines are hidden, not removed) or "
       "disabled",
       "filter-and-delete",
       {},
       false},
      {"delete-request-cancel-period",
       "How long a delete request can be taken back",
       "24h",
       {},
       false},
      {"auth",
       "off, password (reading asks for the admin password), or auto: password as soon as a "
       "listener "
       "is not loopback",
       "auto",
       {},
       false},
      {"allowed-hosts",
       "Further names of this server, as clients call it (a,b; *: any), while no password is asked "
       "for",
       "",
       {},
       false},
      {"admin-password", "Generated and printed once if absent", "", {}, true},
      {"memory", "Budget for entries that are not yet in files", "128MB", {}, false},
      {"window-age", "Entries are sealed into files when they are this old", "10m", {}, false},
      {"sync-interval",
       "0: on disk before every acknowledgement; else at most this often, and a power cut may cost "
       "the acknowledged lines of that time",
       "0",
       {},
       false},
      {"max-streams",
       "Streams (sets of labels) that have lines; pushes that would make more get 429 (0: no "
       "limit)",
       "200000",
       {},
       false},
      {"max-delete-requests",
       "Delete requests that are not processed yet; more get 429",
       "250",
       {},
       false},
      {"max-line-size", "Longer lines are refused", "1MB", {}, false},
      {"max-line-size-truncate", "Cut longer lines instead", "false", {}, false},
      {"max-label-names", "Labels of a stream", "32", {}, false},
      {"max-label-name-length", "Bytes of a label's name", "1024", {}, false},
      {"max-label-value-length", "Bytes of a label's value", "2048", {}, false},
      {"allow-structured-metadata", "false: entries with it are refused", "true", {}, false},
      {"max-structured-metadata-size", "Of one entry", "64KB", {}, false},
      {"max-structured-metadata-entries", "Of one entry", "128", {}, false},
      {"discover-service-name", "Add the label service_name", "true", {}, false},
      {"discover-log-levels", "Add detected_level to each entry", "true", {}, false},
      {"reject-old-samples", "Refuse entries older than this (0: never)", "0", {}, false},
      {"creation-grace-period", "How far in the future an entry may be (0: any)", "10m", {}, false},
      {"future",
       "Entries further in the future: reject, or keep at the time of their arrival with their own "
       "as original_time (so it always is for our agents)",
       "reject",
       {},
       false},
      {"max-entries", "Entries a query may ask for", "5000", {}, false},
      {"max-series", "Series a query may answer", "500", {}, false},
      {"max-query-length", "Largest range of a query (0: any)", "0", {}, false},
      {"volume-max-series", "Rows a volume query may make", "1000", {}, false},
      {"query-timeout", "A query is ended after this", "1m", {}, false},
      {"max-concurrent-queries",
       "Queries that run at once (auto: twice the processors, at least 4)",
       "auto",
       {},
       false},
      {"query-queue",
       "Queries of one user or address that may wait for their turn",
       "100",
       {},
       false},
      {"query-memory",
       "What all running queries may hold together (auto: an eighth of the machine's memory; 0: "
       "any)",
       "auto",
       {},
       false},
      {"compress-responses", "gzip for clients that take it", "true", {}, false},
      {"web-dir", "Serve the page from this folder (for its developers)", "", {}, false},
      {"log-level", "debug, info, warn or error", "info", {}, false},
      {"log-format", "logfmt or json", "logfmt", {}, false},
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
