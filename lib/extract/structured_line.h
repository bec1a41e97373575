// Finds in one pass what the agent wants to know of a structured line: service, level, time and a
// few ids. Nested values are skipped, except for the few objects that hold these (log.level,
// req.id).
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "extract/line_names.h"

namespace logsvc::extract {

struct LineValue {
  std::string_view text;  // a string's is without quotes, not unescaped; empty if absent
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

  // Comes from the best name whose value is understood. It is a constant; empty if there is none.
  std::string_view level;
  const LineName* level_name = nullptr;

  // Is set for Docker's envelope: an object of the strings log, stream and time (and attrs) alone.
  bool is_envelope = false;
  std::string_view envelope_log;  // escaped
};

// Returns views into the line. If several names stand for one thing, the first in the table wins; a
// time that does not have the form of a time is ignored.
StructuredLine read_json_line(std::string_view line);

// Reads what Node's util.inspect makes of an object (winston's prettyPrint(), console.log): {
// level: 'info', message: 'x' }, on one line or several.
StructuredLine read_inspected_line(std::string_view line);

// Takes a line for logfmt if it has at least two pairs, they make up at least 60 % of it, and one
// of them is a level, message or time. is_object is false; pairs is 0 if it is not taken.
StructuredLine read_logfmt_line(std::string_view line);

// Returns the text of a value: unescaped if it was escaped.
std::string line_value_text(const LineValue& value);

// Returns the name of a logger (pino's and bunyan's `name`), which is as good as a service; empty
// if the line is from neither.
std::string_view logger_name(const StructuredLine& line);

// Returns the value that is the line's time: one under a time's name, or under a name that is a
// time only in the lines of its logger (Monolog's datetime). Returns nullptr if the line does not
// look like a logger's, with neither a level nor a message.
const LineValue* logger_time(const StructuredLine& line);

}  // namespace logsvc::extract
