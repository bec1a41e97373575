#include "extract/line_names.h"

#include <algorithm>

namespace logsvc::extract {
namespace {

using F = LineField;
using N = LevelNumbers;

// Looked up 2026-11. Many loggers use a name without a remark.
constexpr LineName kNames[] = {
    {"service", F::kService},
    {"service.name", F::kService},  // ECS, OpenTelemetry
    {"service_name", F::kService},
    {"@fields.service", F::kService},  // winston's logstash(): its source, logform
    {"level", F::kLevel, N::kLevel},   // winston, pino, bunyan, zap, zerolog, slog, logrus, Monolog
    {"severity", F::kLevel, N::kSeverity},  // cloud.google.com/logging/docs/structured-logging
    {"lvl", F::kLevel, N::kLevel},          // log15, Grafana before 9
    {"log.level", F::kLevel, N::kNone},     // elastic.co/guide/en/ecs: log
    {"level_name", F::kLevel, N::kNone},  // Monolog's JsonFormatter; python-json-logger: levelname
    {"LogLevel", F::kLevel, N::kDotNet},  // learn.microsoft.com: AddJsonConsole
    {"severity_text", F::kLevel, N::kNone},  // opentelemetry.io/docs/specs/otel/logs/data-model
    {"severity_number", F::kLevel, N::kOtel},
    {"error_severity", F::kLevel, N::kNone},    // postgresql.org/docs: jsonlog
    {"PRIORITY", F::kLevel, N::kSyslog, true},  // systemd.journal-fields(7)
    {"priority", F::kLevel, N::kNone, true},    // XML and JSON layouts of log4j 1
    {"syslog_severity", F::kLevel, N::kSyslog},
    {"@l", F::kLevel, N::kNone, true},      // clef-json.org; absent: Information
    {"@level", F::kLevel, N::kNone, true},  // hclog: Terraform, Consul, Vault
    {"@fields.level", F::kLevel, N::kLevel},
    {"record.level.name", F::kLevel, N::kNone},  // loguru, serialize=True
    {"record.level.no", F::kLevel, N::kPython},
    {"level_value", F::kLevel, N::kLogback},  // github.com/logfellow/logstash-logback-encoder
    {"levelno", F::kLevel, N::kPython},       // docs.python.org: logging
    {"log_severity", F::kLevel, N::kSeverity},
    {"L", F::kLevel, N::kNone, true},   // zap's development configuration
    {"timestamp", F::kTime},            // winston, Serilog, .NET, Quarkus, tracing
    {"@timestamp", F::kTime},           // ECS, logstash, hclog
    {"time", F::kTime},                 // pino, bunyan, slog, logrus, zerolog, Docker
    {"ts", F::kTime},                   // zap
    {"@t", F::kTime, N::kNone, true},   // Serilog's compact form
    {"t.$date", F::kTime},              // mongodb.com/docs: log messages
    {"asctime", F::kTime},              // python-json-logger
    {"instant.epochSecond", F::kTime},  // log4j2's JsonLayout
    {"timeMillis", F::kTime},           // the same, before 2.11
    {"record.time.timestamp", F::kTime},
    {"time_unix_nano", F::kTime},        // OTLP
    {"__REALTIME_TIMESTAMP", F::kTime},  // journalctl -o json
    {"T", F::kTime, N::kNone, true},     // zap's development configuration
    {"t", F::kShortTime, N::kNone, true},
    {"datetime", F::kMonologTime},
    {"context", F::kContext},
    {"trace_id", F::kTraceId},
    {"trace.id", F::kTraceId},
    {"span_id", F::kSpanId},
    {"span.id", F::kSpanId},
    {"request_id", F::kRequestId},
    {"req_id", F::kRequestId},
    {"req.id", F::kRequestId},
    {"message", F::kMessage},
    {"msg", F::kMessage},
    {"@m", F::kMessage, N::kNone, true},
    {"@mt", F::kMessage, N::kNone, true},
    {"@message", F::kMessage, N::kNone, true},
    {"MessageTemplate", F::kMessage},
    {"body", F::kMessage},
    {"event", F::kMessage},  // structlog
    {"text", F::kMessage},   // loguru
    {"M", F::kMessage, N::kNone, true},
    {"log", F::kMessage},
    {"name", F::kName, N::kNone, true},
    {"pid", F::kProcess, N::kNone, true},
    {"hostname", F::kProcess, N::kNone, true},
    {"instant.nanoOfSecond", F::kNanos},
    {"s", F::kLetter, N::kNone, true},
    {"label", F::kLabel, N::kNone, true},
    {"prio", F::kPriority, N::kNone, true},
    {"channel", F::kChannel, N::kNone, true},
    {"short_message", F::kShortMessage, N::kNone, true},
};
constexpr std::string_view kObjects[] = {
    "log",     "service", "req",    "trace",        "span",       "t",
    "instant", "@fields", "record", "record.level", "record.time"};

constexpr char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c | 32);
  return c == '_' || c == '-' ? '\0' : c;
}

constexpr size_t folded_size(std::string_view name) {
  size_t size = 0;
  for (const char c : name) size += folded(c) != '\0';
  return size;
}

// Holds places in kNames by the folded size, for speed.
struct BySize {
  std::array<uint8_t, std::size(kNames)> places{};
  std::array<uint8_t, NameKey::kMax + 2> first{};
};
constexpr BySize names_by_size() {
  BySize out;
  size_t n = 0;
  for (size_t size = 0; size <= NameKey::kMax; ++size) {
    out.first[size] = static_cast<uint8_t>(n);
    for (size_t i = 0; i < std::size(kNames); ++i) {
      if (folded_size(kNames[i].name) == size) out.places[n++] = static_cast<uint8_t>(i);
    }
  }
  out.first[NameKey::kMax + 1] = static_cast<uint8_t>(n);
  return out;
}
constexpr BySize kBySize = names_by_size();
static_assert(kBySize.first[NameKey::kMax + 1] == std::size(kNames), "a name is too long");

// The key is folded.
bool same(std::string_view name, std::string_view key) {
  size_t at = 0;
  for (const char c : name) {
    const char f = folded(c);
    if (f == '\0') continue;
    if (key[at] != f) return false;
    ++at;
  }
  return true;
}

}  // namespace

void NameKey::add(std::string_view key) {
  for (const char c : key.substr(0, 2 * kMax)) {
    if (const char f = folded(c); f != '\0') push(f);
  }
}

const LineName* find_line_name(const NameKey& key, std::string_view written) {
  if (key.too_long()) return nullptr;
  const std::string_view text = key.text();
  for (size_t i = kBySize.first[text.size()]; i < kBySize.first[text.size() + 1]; ++i) {
    const LineName& name = kNames[kBySize.places[i]];
    if (same(name.name, text) && (!name.exact || name.name == written)) return &name;
  }
  return nullptr;
}

bool is_line_object(const NameKey& key) {
  if (key.too_long()) return false;
  return std::find(std::begin(kObjects), std::end(kObjects), key.text()) != std::end(kObjects);
}

}  // namespace logsvc::extract
