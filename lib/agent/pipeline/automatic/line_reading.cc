#include "agent/pipeline/automatic/line_reading.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "agent/pipeline/pipeline_entry.h"
#include "extract/json_string.h"
#include "extract/level.h"
#include "extract/structured_line.h"
#include "gotext/ansi.h"

namespace logsvc::agent {
namespace {

using extract::LineField;
using extract::LineValue;
using extract::StructuredLine;

constexpr size_t kMaxMetadataBytes = 256;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.front()))) s.remove_prefix(1);
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.back()))) s.remove_suffix(1);
  return s;
}

void take_fields(const StructuredLine& fields, LineReading& out) {
  const LineValue& level = fields.get(LineField::kLevel);
  const bool syslog = level.name == "severity" || level.name == "priority";
  if (!level.text.empty()) {
    if (level.text.find_first_of("\\\x1B\xC2") == std::string_view::npos) {
      out.level = level_of_value(level.text, syslog);
    } else {
      out.level = level_of_value(strip_ansi(extract::line_value_text(level)), syslog);
    }
  }
  out.service = extract::line_value_text(fields.get(LineField::kService));
  const LineValue& time = fields.get(LineField::kTime);
  out.time = extract::line_value_text(time);
  out.time_is_number = !time.is_string;
  static constexpr std::pair<LineField, const char*> kLifted[] = {
      {LineField::kContext, "context"},
      {LineField::kTraceId, "trace_id"},
      {LineField::kSpanId, "span_id"},
      {LineField::kRequestId, "request_id"}};
  for (const auto& [field, name] : kLifted) {
    const LineValue& value = fields.get(field);
    if (value.text.empty() || value.text.size() > kMaxMetadataBytes) continue;
    set_label(out.metadata, name, extract::line_value_text(value));
  }
}

// 2026-01-01T13:00:00… or the same in brackets, at the start of a line.
std::string_view leading_time(std::string_view text) {
  if (text.starts_with('[')) text.remove_prefix(1);
  if (text.size() < 19 || !is_digit(text[0]) || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') {
    return {};
  }
  size_t end = 19;
  if (end < text.size() && (text[end] == '.' || text[end] == ',')) {
    ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
  }
  if (end < text.size() && text[end] == 'Z') {
    ++end;
  } else if (end + 6 <= text.size() && (text[end] == '+' || text[end] == '-') &&
             text[end + 3] == ':') {
    end += 6;
  }
  return text.substr(0, end);
}

std::string_view syslog_level(int severity) {
  static constexpr std::string_view kLevels[] = {"critical", "critical", "critical", "error",
                                                 "warn",     "info",     "info",     "debug"};
  return severity >= 0 && severity < 8 ? kLevels[severity] : std::string_view();
}

// I0102 15:04:05.000000 …
std::string_view klog_level(std::string_view text) {
  if (text.size() < 6 || !std::all_of(text.begin() + 1, text.begin() + 5, is_digit) ||
      text[5] != ' ') {
    return {};
  }
  switch (text[0]) {
    case 'I':
      return "info";
    case 'W':
      return "warn";
    case 'E':
      return "error";
    case 'F':
      return "fatal";
    default:
      return {};
  }
}

// <34>Oct 11 …
std::string_view syslog_head(std::string_view text) {
  if (!text.starts_with('<')) return {};
  int priority = 0;
  const char* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data() + 1, last, priority);
  if (failure != std::errc() || end == last || *end != '>' || priority > 191) return {};
  return syslog_level(priority % 8);
}

// [Nest] 12  - 01/01/2026, 1:00:00 PM     LOG [Ctx] … : LOG is a level there.
bool is_nest_head(std::string_view text) {
  if (!text.starts_with('[')) return false;
  size_t at = text.find("] ");
  if (at == std::string_view::npos || at > 40) return false;
  at += 2;
  const size_t digits = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == digits) return false;
  while (at < text.size() && text[at] == ' ') ++at;
  return at + 1 < text.size() && text[at] == '-' && text[at + 1] == ' ';
}

}  // namespace

std::string_view level_of_value(std::string_view text, bool syslog) {
  text = trimmed(text);
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure == std::errc() && end == text.data() + text.size()) {
    if (number >= 0 && number < 8) {
      return syslog ? syslog_level(static_cast<int>(number)) : std::string_view();
    }
    return extract::normalise_level(text);
  }
  return extract::normalise_level(text);
}

std::string_view level_of_head(std::string_view text) {
  if (const auto level = syslog_head(text); !level.empty()) return level;
  if (const auto level = klog_level(text); !level.empty()) return level;
  // 2026/01/01 13:00:00 [error] 1#1: …
  if (text.size() > 22 && text[4] == '/' && text[7] == '/' && text[20] == '[') {
    const size_t close = text.find(']', 20);
    if (close != std::string_view::npos) {
      const auto level = extract::normalise_level(text.substr(21, close - 21));
      if (!level.empty()) return level;
    }
  }
  if (const auto level = extract::level_of_text(text); !level.empty()) return level;
  if (is_nest_head(text) && text.substr(0, 80).find(" LOG ") != std::string_view::npos) {
    return "info";
  }
  return {};
}

LineReading read_line(std::string_view text) {
  LineReading out;
  const std::string_view inner = trimmed(text);
  if (inner.size() > 1 && inner.front() == '{' && inner.back() == '}') {
    const StructuredLine fields = extract::read_json_line(inner);
    if (fields.is_envelope) {
      std::string line;
      if (extract::unescape_json(fields.envelope_log, line, true)) {
        if (line.ends_with('\n')) line.pop_back();
        const std::string time = extract::line_value_text(fields.get(LineField::kTime));
        out = read_line(has_ansi(line) ? strip_ansi(line) : line);
        if (out.was_wrapped) out = LineReading();  // once is enough
        out.was_wrapped = true;
        out.unwrapped = std::move(line);
        if (out.time.empty()) out.time = time;
        return out;
      }
    }
    if (fields.is_object) {
      out.form = LineReading::Form::kJson;
      take_fields(fields, out);
      return out;
    }
  }
  if (text.find('=') != std::string_view::npos) {
    const StructuredLine fields = extract::read_logfmt_line(text);
    if (fields.pairs > 0) {
      out.form = LineReading::Form::kLogfmt;
      take_fields(fields, out);
      return out;
    }
  }
  out.level = level_of_head(text);
  out.time = leading_time(text);
  return out;
}

}  // namespace logsvc::agent
