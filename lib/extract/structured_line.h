// What the agent wants to know of a structured line: service, level, time and a few ids, found in
// one pass. Nested values are skipped, but for the few objects in which these stand (log.level,
// req.id).
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace logsvc::extract {

enum class LineField { kService, kLevel, kTime, kContext, kTraceId, kSpanId, kRequestId };
inline constexpr size_t kLineFields = 7;

struct LineValue {
  std::string_view text;  // of a string without quotes, not unescaped; empty if absent
  bool is_string = false;
  std::string_view name;  // as the table in structured_line.cc has it: "severity", "log.level"
};

struct StructuredLine {
  bool is_object = false;  // JSON: an object from first to last character
  size_t pairs = 0;        // logfmt: how many
  std::array<LineValue, kLineFields> values;

  const LineValue& get(LineField field) const { return values[static_cast<size_t>(field)]; }
  LineValue& get(LineField field) { return values[static_cast<size_t>(field)]; }

  // Docker's envelope: an object of the strings log, stream and time (and attrs), nothing else.
  bool is_envelope = false;
  std::string_view envelope_log;  // escaped
};

// Views into the line. Of several names for one thing the first in the table wins.
StructuredLine read_json_line(std::string_view line);

// Takes a line for logfmt if it has two pairs or more, which are 60 % of it or more, and one of
// them is a level, message or time. is_object is false; pairs is 0 if it is not taken.
StructuredLine read_logfmt_line(std::string_view line);

// The text of a value: unescaped if it was escaped.
std::string line_value_text(const LineValue& value);

}  // namespace logsvc::extract
