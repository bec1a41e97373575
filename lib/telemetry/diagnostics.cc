#include "telemetry/diagnostics.h"

#include <unistd.h>

#include <cstdio>

namespace logsvc {
namespace {

constexpr int64_t kRepeatInterval = kMinute;
constexpr size_t kMaxRepeats = 1000;  // distinct messages remembered

bool needs_quotes(std::string_view value) {
  if (value.empty()) return true;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || c == '"' || c == '=' || c == '\\' || byte == 0x7F) return true;
  }
  return false;
}

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_field(std::string& out, LogFormat format, std::string_view key,
                  std::string_view value) {
  if (format == LogFormat::kJson) {
    out += out.empty() ? "{" : ",";
    append_quoted(out, key);
    out += ':';
    append_quoted(out, value);
    return;
  }
  if (!out.empty()) out += ' ';
  out += key;
  out += '=';
  if (needs_quotes(value)) {
    append_quoted(out, value);
  } else {
    out += value;
  }
}

void write_stderr(std::string_view line) {
  // A single write call keeps lines of several threads and processes whole.
  [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

Result<LogLevel> parse_log_level(std::string_view name) {
  for (const LogLevel l : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    if (log_level_name(l) == name) return l;
  }
  return invalid("unrecognized log level \"" + std::string(name) + "\"");
}

std::string_view log_level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "";
}

Diagnostics::Diagnostics(const Clock& clock, LogLevel level, LogFormat format,
                         std::function<void(std::string_view)> write)
    : clock_(clock),
      format_(format),
      write_(write ? std::move(write) : std::function<void(std::string_view)>(write_stderr)),
      level_(level) {}

void Diagnostics::set_level(LogLevel level) {
  MutexLock lock(mutex_);
  level_ = level;
}

LogLevel Diagnostics::level() const {
  MutexLock lock(mutex_);
  return level_;
}

void Diagnostics::log(LogLevel level, std::string_view component, std::string_view text,
                      std::initializer_list<Field> fields) {
  std::string line;
  uint64_t left_out = 0;
  {
    MutexLock lock(mutex_);
    if (level < level_) return;
    if (level >= LogLevel::kWarn) {
      const std::string key = std::string(component) + '\0' + std::string(text);
      if (repeats_.size() >= kMaxRepeats) repeats_.clear();
      auto [found, fresh] = repeats_.try_emplace(key);
      const int64_t now = clock_.steady_ns();
      if (!fresh && now - found->second.written_ns < kRepeatInterval) {
        ++found->second.left_out;
        return;
      }
      left_out = found->second.left_out;
      found->second = {now, 0};
    }
  }
  append_field(line, format_, "ts", format_rfc3339(clock_.now()));
  append_field(line, format_, "level", log_level_name(level));
  append_field(line, format_, "component", component);
  append_field(line, format_, "msg", text);
  for (const Field& field : fields) append_field(line, format_, field.key, field.value);
  if (left_out) append_field(line, format_, "repeated", std::to_string(left_out));
  line += format_ == LogFormat::kJson ? "}\n" : "\n";
  write_(line);
}

}  // namespace logsvc
