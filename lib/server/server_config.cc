#include "server/server_config.h"

#include <algorithm>
#include <thread>

#include "os/memory.h"
#include "server/retention/retention_rules.h"

namespace logsvc::server {

namespace {

const std::vector<config::SettingSpec>& own_settings() {
  static const std::vector<config::SettingSpec> kSpecs = {
      {.name = "data-dir", .help = "Where everything is kept", .default_value = "./data"},
      {.name = "listen", .help = "API: host:port", .default_value = "0.0.0.0:3100"},
      {.name = "ui-listen",
       .help = "Dashboard and API: host:port",
       .default_value = "0.0.0.0:3004"},
      {.name = "tls",
       .help = "off, files (tls-cert and tls-key), self-signed (a certificate of its own, whose "
               "fingerprint is printed), or auto: files where they are set",
       .default_value = "auto"},
      {.name = "tls-cert", .help = "PEM file of the certificate, and those above it"},
      {.name = "tls-key", .help = "PEM file of its key"},
      {.name = "ui-tls-cert", .help = "The dashboard's, if it is another one"},
      {.name = "ui-tls-key", .help = "PEM file of its key"},
      {.name = "tls-client-ca",
       .help = "PEM file of authorities: only clients with a certificate by one of them may push"},
      {.name = "retention",
       .help = "How long lines are kept, in whole days (0: for ever)",
       .default_value = "336h"},
      {.name = "retention-stream",
       .help = "Streams kept for another time: {selector} PERIOD [PRIORITY]; … (the highest "
               "priority counts, then the shortest period)"},
      {.name = "audit-retention",
       .help = "How long the audit log is kept, in whole days, whatever is kept of other lines (0: "
               "for ever)",
       .default_value = "8760h"},
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
       .help = "off, auto (password as soon as a listener is not loopback), or how users log in, "
               "with commas: password, oidc, proxy",
       .default_value = "auto"},
      {.name = "session-length",
       .help = "A login on the page ends after this",
       .default_value = "720h"},
      {.name = "session-idle",
       .help = "A login on the page ends after this time without a request",
       .default_value = "12h"},
      {.name = "trusted-proxies",
       .help = "Networks of proxies that are believed about a client's address and about https "
               "(X-Forwarded-For, X-Forwarded-Proto)",
       .default_value = "127.0.0.0/8,::1"},
      {.name = "ingest-auth",
       .help = "Who may push: open (anybody who reaches the port), or token (tokens of role push)",
       .default_value = "open"},
      {.name = "ingest-allow",
       .help = "Networks that may push, like 10.0.0.0/8,192.168.1.7 (default: any)"},
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
      {.name = "max-streams-per-source",
       .help = "Streams that one token or address may push to within an hour; more get 429 (0: no "
               "limit)",
       .default_value = "100000"},
      {.name = "max-label-values",
       .help = "Values a day from which a label runs away: see cardinality (0: any)",
       .default_value = "5000"},
      {.name = "cardinality",
       .help = "A label that runs away: fold makes it structured metadata of the entries, reject "
               "answers pushes with further values with 429",
       .default_value = "fold"},
      {.name = "ingest-rate",
       .help = "What one token or address may push: \"10MB/s 5000 lines/s burst 20MB\"; more gets "
               "429 (0: no limit)",
       .default_value = "0"},
      {.name = "ingest-rate-total",
       .help = "What all together may push, in the same form",
       .default_value = "0"},
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
      {.name = "masking",
       .help = "What is hidden from support: all, off, or rules by name (card, rrn, phone, email, "
               "account, token); in the file also own patterns, and at: ingest for what must never "
               "be stored",
       .default_value = "all",
       .structured = true},
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
      {.name = "max-live-viewers",
       .help = "Live readers at once; more are refused",
       .default_value = "2000"},
      {.name = "live-memory",
       .help = "What may wait for all live readers together; over it the slowest lose lines, then "
               "their connection (auto: a 32nd of the machine's memory; 0: any)",
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

Result<IngestRate> rate(const config::Settings& s, const char* name) {
  auto parsed = parse_ingest_rate(s.text(name));
  if (!parsed.ok()) return s.bad_value(name, parsed.error().message);
  return parsed;
}

Result<IngestGuardOptions> guard_options(const config::Settings& s, bool allow_metadata) {
  constexpr uint64_t kMostValues = 1'000'000;
  using Action = CardinalityOptions::Action;
  IngestGuardOptions out;
  ASSIGN_OR_RETURN(out.rate, rate(s, "ingest-rate"));
  ASSIGN_OR_RETURN(out.rate_total, rate(s, "ingest-rate-total"));
  ASSIGN_OR_RETURN(out.max_streams_per_source, s.number("max-streams-per-source"));
  ASSIGN_OR_RETURN(out.cardinality.max_values, s.number("max-label-values"));
  if (out.cardinality.max_values > kMostValues)
    return s.bad_value("max-label-values", "must be at most 1000000");
  const std::string& action = s.text("cardinality");
  if (action != "fold" && action != "reject")
    return s.bad_value("cardinality", "expected fold or reject, found \"" + action + "\"");
  // Where no entry may have structured metadata, there is nothing to fold into.
  out.cardinality.action = action == "fold" && allow_metadata ? Action::kFold : Action::kReject;
  out.cardinality.file = s.text("data-dir") + "/folded-labels.json";
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

Result<TailLoopOptions> live_options(const config::Settings& s) {
  constexpr uint64_t kLeastMemory = 4u << 20, kMostViewers = 100'000;
  TailLoopOptions out;
  ASSIGN_OR_RETURN(out.max_viewers, s.number("max-live-viewers"));
  if (out.max_viewers > kMostViewers)
    return s.bad_value("max-live-viewers", "must be at most 100000");
  if (s.text("live-memory") == "auto") {
    out.memory_bytes = std::max<uint64_t>(machine_memory_bytes() / 32, 32u << 20);
    return out;
  }
  ASSIGN_OR_RETURN(out.memory_bytes, s.bytes("live-memory"));
  if (out.memory_bytes && out.memory_bytes < kLeastMemory)
    return s.bad_value("live-memory", "must be at least 4MB, or 0");
  return out;
}

Result<std::vector<Cidr>> networks(const config::Settings& s, const std::string& name) {
  auto parsed = parse_cidrs(s.text(name));
  if (!parsed.ok()) return s.bad_value(name, parsed.error().message);
  return parsed;
}

// Reads who may read and who may push.
Status read_access(const config::Settings& s, ServerConfig& out) {
  const std::string& auth = s.text("auth");
  if (auth == "auto") {
    out.ask_password = !out.listen.is_loopback() || !out.ui_listen.is_loopback();
    out.off_by_default = !out.ask_password;
    out.logins.password = out.ask_password;
  } else if (auth != "off") {
    ASSIGN_OR_RETURN(out.logins, read_login_methods(s, config::split_list(auth)));
    out.ask_password = true;
  }
  ASSIGN_OR_RETURN(out.sessions.length, s.duration("session-length"));
  ASSIGN_OR_RETURN(out.sessions.idle, s.duration("session-idle"));
  if (out.sessions.length < kMinute) return s.bad_value("session-length", "must be at least 1m");
  if (out.sessions.idle < kMinute) return s.bad_value("session-idle", "must be at least 1m");
  ASSIGN_OR_RETURN(out.trusted_proxies, networks(s, "trusted-proxies"));
  const std::string& ingest = s.text("ingest-auth");
  if (ingest != "open" && ingest != "token") {
    return s.bad_value("ingest-auth", "expected open or token, found \"" + ingest + "\"");
  }
  out.ingest_access.token_needed = ingest == "token";
  ASSIGN_OR_RETURN(out.ingest_access.allowed, networks(s, "ingest-allow"));
  return {};
}

}  // namespace

const std::vector<config::SettingSpec>& server_settings() {
  static const std::vector<config::SettingSpec> kAll = [] {
    std::vector<config::SettingSpec> all = own_settings();
    all.insert(all.end(), sso_settings().begin(), sso_settings().end());
    return all;
  }();
  return kAll;
}

Result<ServerConfig> make_server_config(const config::Settings& s) {
  ServerConfig out;
  ASSIGN_OR_RETURN(out.listen, address(s, "listen"));
  ASSIGN_OR_RETURN(out.ui_listen, address(s, "ui-listen"));
  ASSIGN_OR_RETURN(out.tls, read_tls_settings(s));
  out.store.dir = s.text("data-dir");
  if (out.store.dir.empty()) return s.bad_value("data-dir", "must not be empty");
  ASSIGN_OR_RETURN(out.store.retention, s.duration("retention"));
  ASSIGN_OR_RETURN(out.audit_retention, s.duration("audit-retention"));
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
  ASSIGN_OR_RETURN(out.guard, guard_options(s, out.limits.allow_metadata));
  ASSIGN_OR_RETURN(auto maskers, masking::read_maskers(s, "masking", masking::Reader::kServer));
  out.support_masker = std::move(maskers.all);
  out.ingest_masker = std::move(maskers.ingest);
  out.masked_at_ingest = std::move(maskers.at_ingest);
  ASSIGN_OR_RETURN(out.max_entries, s.number("max-entries"));
  ASSIGN_OR_RETURN(out.max_series, s.number("max-series"));
  ASSIGN_OR_RETURN(out.max_query_length, s.duration("max-query-length"));
  ASSIGN_OR_RETURN(out.volume_max_series, s.number("volume-max-series"));
  ASSIGN_OR_RETURN(out.compress_responses, s.boolean("compress-responses"));
  ASSIGN_OR_RETURN(out.query_timeout, s.duration("query-timeout"));
  ASSIGN_OR_RETURN(out.query_pool, query_pool_options(s));
  ASSIGN_OR_RETURN(out.live, live_options(s));
  RETURN_IF_ERROR(read_access(s, out));
  out.allowed_hosts = config::split_list(s.text("allowed-hosts"));
  out.admin_password = s.text("admin-password");
  out.web_dir = s.text("web-dir");
  out.described = s.describe();
  out.described_json = s.describe_json();
  return out;
}

}  // namespace logsvc::server
