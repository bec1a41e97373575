// What the agent wants to know of a structured line: service, level, time and a few ids, found in
// one pass. Nested values are skipped, but for the few objects in which these stand (log.level,
// req.id).
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "extract/line_names.h"

namespace logsvc::extract {

struct LineValue {
  std::string_view text;  // of a string without quotes, not unescaped; empty if absent
  bool is_string = false;
  const LineName* name = nullptr;  // null: absent
};

struct StructuredLine {
  bool is_object = false;  // JSON, or an inspected object: from first to last character
  size_t pairs = 0;        // logfmt: how many
  std::array<LineValue, kLineFields> values;

  const LineValue& get(LineField field) const { return values[static_cast<size_t>(field)]; }
  LineValue& get(LineField field) { return values[static_cast<size_t>(field)]; }
  bool has(LineField field) const { return get(field).name != nullptr; }

  // Of the best name whose value is understood; a constant; empty if there is none.
  std::string_view level;
  const LineName* level_name = nullptr;

  // Docker's envelope: an object of the strings log, stream and time (and attrs), nothing else.
  bool is_envelope = false;
  std::string_view envelope_log;  // escaped
};

// Views into the line. Of several names for one thing the first in the table wins; a time that has
// no time's form is none.
StructuredLine read_json_line(std::string_view line);

// What Node's util.inspect makes of an object (winston's prettyPrint(), console.log):
// { level: 'info', message: 'x' }, on one line or several.
StructuredLine read_inspected_line(std::string_view line);

// Takes a line for logfmt if it has two pairs or more, which are 60 % of it or more, and one of
// them is a level, message or time. is_object is false; pairs is 0 if it is not taken.
StructuredLine read_logfmt_line(std::string_view line);

// The text of a value: unescaped if it was escaped.
std::string line_value_text(const LineValue& value);

// The name of a logger (pino's and bunyan's `name`), which is as good as a service; empty if the
// line is of neither.
std::string_view logger_name(const StructuredLine& line);

// The value that is the line's time: that of a time's name, or of one that is a time's in the lines
// of its logger alone (Monolog's datetime). Nothing if the line does not look like a logger's: it
// has neither a level nor a message.
const LineValue* logger_time(const StructuredLine& line);

}  // namespace logsvc::extract
