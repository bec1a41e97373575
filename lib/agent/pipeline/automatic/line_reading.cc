#include "agent/pipeline/automatic/line_reading.h"

#include <algorithm>
#include <cctype>

#include "agent/pipeline/automatic/leading_time.h"
#include "agent/pipeline/pipeline_entry.h"
#include "extract/json_string.h"
#include "extract/line_level.h"
#include "extract/structured_line.h"
#include "gotext/ansi.h"

namespace logsvc::agent {
namespace {

using extract::LineField;
using extract::LineValue;
using extract::StructuredLine;

constexpr size_t kMaxMetadataBytes = 256;

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.front()))) s.remove_prefix(1);
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.back()))) s.remove_suffix(1);
  return s;
}

void take_level(const StructuredLine& fields, LineReading& out) {
  out.level = extract::level_of_fields(fields);
  if (out.level.empty()) return;
  const auto name_of = [&](LineField field) {
    const LineValue& value = fields.get(field);
    return value.name ? value.name->name : std::string_view();
  };
  out.level_from = fields.level_name                  ? fields.level_name->name
                   : fields.has(LineField::kLetter)   ? name_of(LineField::kLetter)
                   : fields.has(LineField::kPriority) ? name_of(LineField::kLabel)
                   : fields.has(LineField::kLevel)    ? name_of(LineField::kLevel)
                                                      : std::string_view("@l is absent");
}

void take_service(const StructuredLine& fields, LineReading& out) {
  if (const LineValue& service = fields.get(LineField::kService); service.name) {
    out.service = extract::line_value_text(service);
    out.service_from = service.name->name;
  } else if (const std::string_view logger = extract::logger_name(fields); !logger.empty()) {
    out.service = extract::line_value_text(fields.get(LineField::kName));
    out.service_is_logger = true;
    out.service_from = "name";
  }
}

void take_time(const StructuredLine& fields, LineReading& out) {
  const LineValue* time = extract::logger_time(fields);
  if (!time) return;
  out.time = extract::line_value_text(*time);
  out.time_is_number = !time->is_string;
  out.time_from = time->name->name;
  const LineValue& nanos = fields.get(LineField::kNanos);
  if (nanos.name && out.time_from == "instant.epochSecond" && nanos.text.size() <= 9) {
    out.time += '.' + std::string(9 - nanos.text.size(), '0') + std::string(nanos.text);
  }
}

void take_fields(const StructuredLine& fields, LineReading& out) {
  take_level(fields, out);
  take_service(fields, out);
  take_time(fields, out);
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

// Reads winston's simple(): `error: message {"service":"api","timestamp":"…"}`. The head takes
// precedence.
void take_tail(std::string_view text, LineReading& out) {
  const std::string_view tail = extract::json_tail(text);
  if (tail.empty()) return;
  StructuredLine fields = extract::read_json_line(tail);
  if (!fields.is_object) return;
  // The head is the message of these fields.
  if (!out.level.empty()) fields.level = out.level;
  LineReading said;
  take_fields(fields, said);
  out.service = std::move(said.service);
  out.service_from = said.service_from;
  out.service_is_logger = said.service_is_logger;
  out.metadata = std::move(said.metadata);
  if (out.level.empty()) {
    out.level = said.level;
    out.level_from = said.level_from;
  }
  if (out.time.empty()) {
    out.time = std::move(said.time);
    out.time_is_number = said.time_is_number;
    out.time_from = said.time_from;
  }
}

// Reads the line inside Docker's envelope; returns nullopt if it is not one.
std::optional<LineReading> read_envelope(const StructuredLine& fields) {
  std::string line;
  if (!extract::unescape_json(fields.envelope_log, line, true)) return {};
  if (line.ends_with('\n')) line.pop_back();
  LineReading out = read_line(has_ansi(line) ? strip_ansi(line) : line);
  if (out.was_wrapped) out = LineReading();  // only one envelope is removed
  out.was_wrapped = true;
  out.unwrapped = std::move(line);
  if (out.time.empty()) {
    out.time = extract::line_value_text(fields.get(LineField::kTime));
    if (!out.time.empty()) out.time_from = "envelope";
  }
  return out;
}

bool is_braced(std::string_view text) {
  return text.size() > 1 && text.front() == '{' && text.back() == '}';
}

}  // namespace

std::optional<LineReading> read_object(std::string_view text) {
  const std::string_view inner = trimmed(text);
  if (!is_braced(inner)) return {};
  StructuredLine fields = extract::read_json_line(inner);
  if (!fields.is_object) fields = extract::read_inspected_line(inner);
  if (!fields.is_object) return {};
  LineReading out;
  out.form = LineReading::Form::kJson;
  take_fields(fields, out);
  return out;
}

LineReading read_line(std::string_view text) {
  const std::string_view inner = trimmed(text);
  if (is_braced(inner)) {
    const StructuredLine fields = extract::read_json_line(inner);
    if (fields.is_envelope) {
      if (auto inside = read_envelope(fields)) return std::move(*inside);
    }
    if (fields.is_object) {
      LineReading out;
      out.form = LineReading::Form::kJson;
      take_fields(fields, out);
      return out;
    }
    if (auto inspected = read_object(inner)) return std::move(*inspected);
  }
  LineReading out;
  if (text.find('=') != std::string_view::npos) {
    const StructuredLine fields = extract::read_logfmt_line(text);
    if (fields.pairs > 0) {
      out.form = LineReading::Form::kLogfmt;
      take_fields(fields, out);
      return out;
    }
  }
  out.level = extract::level_of_head(text);
  if (!out.level.empty()) out.level_from = "head";
  out.time = leading_time(text);
  if (!out.time.empty()) out.time_from = "head";
  take_tail(text, out);
  return out;
}

}  // namespace logsvc::agent
