#include "agent/promtail/flags.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

#include "agent/pipeline/pipeline_entry.h"
#include "base/shown_url.h"
#include "base/time.h"

namespace logsvc::agent {
namespace {

// Collects what flags change.
struct Flagged {
  PromtailConfig& config;
  ClientConfig client;  // set by client.url
  bool has_client_flags = false;
};

Error bad(const std::string& what, const std::string& found) {
  return invalid("expected " + what + ", found \"" + found + "\"");
}

Status read(const std::string& text, std::string& out) {
  out = text;
  return {};
}
Status read(const std::string& text, bool& out) {
  static const std::map<std::string, bool> kWords = {
      {"", true},       {"1", true},      {"t", true},     {"T", true},  {"true", true},
      {"TRUE", true},   {"True", true},   {"0", false},    {"f", false}, {"F", false},
      {"false", false}, {"FALSE", false}, {"False", false}};
  const auto word = kWords.find(text);
  if (word == kWords.end()) return bad("true or false", text);
  out = word->second;
  return {};
}
template <typename Number>
Status read_number(const std::string& text, Number& out) {
  const char* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, out);
  if (failure != std::errc() || end != last) return bad("a number", text);
  return {};
}
Status read(const std::string& text, int64_t& out) { return read_number(text, out); }
Status read(const std::string& text, double& out) { return read_number(text, out); }
Status read_time(const std::string& text, Duration& out) {
  const auto time = parse_duration(text);
  if (!time.ok()) return bad("a time such as 10s", text);
  out = *time;
  return {};
}
Status read_port(const std::string& text, int64_t& out) {
  if (!read(text, out).ok() || out < 0 || out > 65535) return bad("0 to 65535", text);
  return {};
}

// Reads a=b,c=d.
Status read_labels(const std::string& text, Labels& out) {
  std::istringstream pairs(text);
  for (std::string pair; std::getline(pairs, pair, ',');) {
    const size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos) return invalid(pair + " is no name=value");
    set_label(out, pair.substr(0, equals), pair.substr(equals + 1));
  }
  return {};
}

using Take = Status (*)(const std::string& value, Flagged& to);

struct KnownFlag {
  PromtailFlag flag;
  Take take;  // null: no effect here
};

// Applies to a client that may be added: the flag counts with client.url only.
#define LOGSVC_CLIENT(reader, field)      \
  [](const std::string& v, Flagged& to) { \
    to.has_client_flags = true;           \
    return reader(v, to.client.field);    \
  }
#define LOGSVC_FIELD(reader, field) \
  [](const std::string& v, Flagged& to) { return reader(v, to.config.field); }

const std::vector<KnownFlag>& known_flags() {
  static const std::vector<KnownFlag> kFlags = {
      {{"client.url", false}, LOGSVC_CLIENT(read, url)},
      {{"client.tenant-id", false}, LOGSVC_CLIENT(read, tenant_id)},
      {{"client.batch-wait", false}, LOGSVC_CLIENT(read_time, batch_wait)},
      {{"client.batch-size-bytes", false}, LOGSVC_CLIENT(read, batch_bytes)},
      {{"client.timeout", false}, LOGSVC_CLIENT(read_time, timeout)},
      {{"client.min-backoff", false}, LOGSVC_CLIENT(read_time, backoff.min_period)},
      {{"client.max-backoff", false}, LOGSVC_CLIENT(read_time, backoff.max_period)},
      {{"client.max-retries", false}, LOGSVC_CLIENT(read, backoff.max_retries)},
      {{"client.drop-rate-limited-batches", true}, LOGSVC_CLIENT(read, drop_rate_limited_batches)},
      {{"client.external-labels", false},
       [](const std::string& v, Flagged& to) { return read_labels(v, to.client.external_labels); }},
      {{"client.name", false}, LOGSVC_CLIENT(read, name)},
      {{"client.stream-lag-labels", false}, nullptr},
      {{"server.http-listen-address", false}, LOGSVC_FIELD(read, server.http_listen_address)},
      {{"server.http-listen-port", false}, LOGSVC_FIELD(read_port, server.http_listen_port)},
      {{"server.path-prefix", false}, LOGSVC_FIELD(read, server.http_path_prefix)},
      {{"server.disable", true}, LOGSVC_FIELD(read, server.disabled)},
      {{"server.enable-runtime-reload", true}, LOGSVC_FIELD(read, server.enable_runtime_reload)},
      {{"positions.file", false}, LOGSVC_FIELD(read, positions.filename)},
      {{"positions.sync-period", false}, LOGSVC_FIELD(read_time, positions.sync_period)},
      {{"positions.ignore-invalid-yaml", true}, LOGSVC_FIELD(read, positions.ignore_invalid_yaml)},
      {{"target.sync-period", false}, LOGSVC_FIELD(read_time, files.sync_period)},
      {{"stdin", true}, LOGSVC_FIELD(read, files.stdin)},
      {{"file-watch.min-poll-frequency", false}, LOGSVC_FIELD(read_time, files.min_poll_period)},
      {{"file-watch.max-poll-frequency", false}, LOGSVC_FIELD(read_time, files.max_poll_period)},
      {{"limit.readline-rate-enabled", true}, LOGSVC_FIELD(read, limits.readline_rate_enabled)},
      {{"limit.readline-rate", false}, LOGSVC_FIELD(read, limits.readline_rate)},
      {{"limit.readline-burst", false}, LOGSVC_FIELD(read, limits.readline_burst)},
      {{"limit.readline-rate-drop", true}, LOGSVC_FIELD(read, limits.readline_rate_drop)},
      {{"max-streams", false}, LOGSVC_FIELD(read, limits.max_streams)},
      {{"limit.max-streams", false}, LOGSVC_FIELD(read, limits.max_streams)},
      {{"max-line-size", false}, LOGSVC_FIELD(read, limits.max_line_bytes)},
      {{"limit.max-line-size", false}, LOGSVC_FIELD(read, limits.max_line_bytes)},
      {{"max-line-size-truncate", true}, LOGSVC_FIELD(read, limits.max_line_truncate)},
      {{"limit.max-line-size-truncate", true}, LOGSVC_FIELD(read, limits.max_line_truncate)},
      // These control parts that this agent does not have: gRPC, traces, Promtail's own WAL (the
      // spool replaces it), TLS for the page.
      {{"log-config-reverse-order", true}, nullptr},
      {{"server.profiling_enabled", true}, nullptr},
      {{"server.http-listen-network", false}, nullptr},
      {{"server.http-conn-limit", false}, nullptr},
      {{"server.http-read-timeout", false}, nullptr},
      {{"server.http-read-header-timeout", false}, nullptr},
      {{"server.http-write-timeout", false}, nullptr},
      {{"server.http-idle-timeout", false}, nullptr},
      {{"server.http-log-closed-connections-without-response-enabled", true}, nullptr},
      {{"server.http-tls-cert-path", false}, nullptr},
      {{"server.http-tls-key-path", false}, nullptr},
      {{"server.http-tls-client-auth", false}, nullptr},
      {{"server.http-tls-ca-path", false}, nullptr},
      {{"server.grpc-tls-cert-path", false}, nullptr},
      {{"server.grpc-tls-key-path", false}, nullptr},
      {{"server.grpc-tls-client-auth", false}, nullptr},
      {{"server.grpc-tls-ca-path", false}, nullptr},
      {{"server.tls-cipher-suites", false}, nullptr},
      {{"server.tls-min-version", false}, nullptr},
      {{"server.grpc-listen-network", false}, nullptr},
      {{"server.grpc-listen-address", false}, nullptr},
      {{"server.grpc-listen-port", false}, nullptr},
      {{"server.grpc-conn-limit", false}, nullptr},
      {{"server.grpc-collect-max-streams-by-conn", true}, nullptr},
      {{"server.grpc-max-recv-msg-size-bytes", false}, nullptr},
      {{"server.grpc-max-send-msg-size-bytes", false}, nullptr},
      {{"server.grpc-max-concurrent-streams", false}, nullptr},
      {{"server.grpc.keepalive.max-connection-idle", false}, nullptr},
      {{"server.grpc.keepalive.max-connection-age", false}, nullptr},
      {{"server.grpc.keepalive.max-connection-age-grace", false}, nullptr},
      {{"server.grpc.keepalive.time", false}, nullptr},
      {{"server.grpc.keepalive.timeout", false}, nullptr},
      {{"server.grpc.keepalive.min-time-between-pings", false}, nullptr},
      {{"server.grpc.keepalive.ping-without-stream-allowed", true}, nullptr},
      {{"server.grpc.num-workers", false}, nullptr},
      {{"server.grpc.num-stream-workers", false}, nullptr},
      {{"server.grpc.stats-tracking-enabled", true}, nullptr},
      {{"server.grpc.recv-buffer-pools-enabled", true}, nullptr},
      {{"server.grpc.read-buffer-size-bytes", false}, nullptr},
      {{"server.grpc.write-buffer-size-bytes", false}, nullptr},
      {{"server.register-instrumentation", true}, nullptr},
      {{"server.report-grpc-codes-in-instrumentation-label-enabled", true}, nullptr},
      {{"server.graceful-shutdown-timeout", false}, nullptr},
      {{"server.log-source-ips-enabled", true}, nullptr},
      {{"server.log-source-ips-full", true}, nullptr},
      {{"server.log-source-ips-header", false}, nullptr},
      {{"server.log-source-ips-regex", false}, nullptr},
      {{"server.log-request-headers", true}, nullptr},
      {{"server.log-request-headers-exclude-list", false}, nullptr},
      {{"server.log-request-at-info-level-enabled", true}, nullptr},
      {{"server.trace-request-headers", true}, nullptr},
      {{"server.trace-request-headers-exclude-list", false}, nullptr},
      {{"server.proxy-protocol-enabled", true}, nullptr},
      {{"server.throughput.latency-cutoff", false}, nullptr},
      {{"server.throughput.unit", false}, nullptr},
      {{"server.create-new-traces", true}, nullptr},
      {{"server.enable-open-metrics-text-created-samples", true}, nullptr},
      {{"server.cluster-validation.label", false}, nullptr},
      {{"server.cluster-validation.additional-labels", false}, nullptr},
      {{"server.cluster-validation.grpc.enabled", true}, nullptr},
      {{"server.cluster-validation.grpc.soft-validation", true}, nullptr},
      {{"server.cluster-validation.http.enabled", true}, nullptr},
      {{"server.cluster-validation.http.soft-validation", true}, nullptr},
      {{"server.cluster-validation.http.excluded-paths", false}, nullptr},
      {{"server.cluster-validation.http.excluded-path-regexes", false}, nullptr},
      {{"server.cluster-validation.http.excluded-user-agents", false}, nullptr},
      {{"tracing.enabled", true}, nullptr},
      {{"tracing.profiling-enabled", true}, nullptr},
      {{"wal-enabled", true}, nullptr},
      {{"wal.enabled", true}, nullptr},
      {{"wal.dir", false}, nullptr},
      {{"wal.max-segment-age", false}, nullptr},
      {{"wal.cleaner-disabled", true}, nullptr},
  };
  return kFlags;
}
#undef LOGSVC_CLIENT
#undef LOGSVC_FIELD

const KnownFlag* find_known(const std::string& name) {
  const auto& all = known_flags();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const KnownFlag& known) { return known.flag.name == name; });
  return found == all.end() ? nullptr : &*found;
}

void add_client(Flagged& from) {
  PromtailConfig& config = from.config;
  if (!from.client.url.empty()) {
    if (from.client.name.empty()) from.client.name = without_url_secrets(from.client.url);
    const auto same = [&](const ClientConfig& c) { return c.name == from.client.name; };
    while (std::any_of(config.clients.begin(), config.clients.end(), same)) from.client.name += '#';
    config.clients.push_back(from.client);
  } else if (from.has_client_flags) {
    config.warnings.push_back(
        "flags -client.…: they are of the client of -client.url, which is not given, and do "
        "nothing; write them at the clients of the file");
  }
  for (const Label& label : from.client.external_labels) {
    for (ClientConfig& client : config.clients) {
      if (!find_label(client.external_labels, label.name))
        set_label(client.external_labels, label.name, label.value);
    }
  }
}

}  // namespace

const PromtailFlag* find_promtail_flag(const std::string& name) {
  const KnownFlag* known = find_known(name);
  return known ? &known->flag : nullptr;
}

Status apply_promtail_flags(const FlagValues& flags, PromtailConfig& config) {
  Flagged to{config, {}};
  for (const auto& [name, value] : flags) {
    const KnownFlag* known = find_known(name);
    if (!known) return invalid("-" + name + " is neither a flag of logsvc agent nor of Promtail");
    if (!known->take) {
      config.warnings.push_back("-" + name + ": Promtail's, and without meaning for logsvc agent");
      continue;
    }
    const Status taken = known->take(value, to);
    if (!taken.ok()) return invalid("-" + name + ": " + taken.error().message);
  }
  add_client(to);
  return {};
}

}  // namespace logsvc::agent
