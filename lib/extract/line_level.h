// The level that a line says, by the one table of shapes that agent and server share: fields in
// line_names.cc, words and numbers in level.cc, heads of plain lines in plain_level.cc.
//
// Two levels are told of a line, and they never contradict each other:
//   level           the agent's label, by level_of_line. Where it is there, the server takes it for
//                   detected_level too, as Loki does.
//   detected_level  without such a label: what Loki finds (detected_level.h), to the letter; where
//                   Loki says "unknown", level_of_line, if it knows the shape. So answers that Loki
//                   gives stay Loki's, and the table only adds to them.
#pragma once

#include <string_view>

#include "extract/structured_line.h"

namespace logsvc::extract {

// Of the fields of a line; empty if they say none. A constant.
std::string_view level_of_fields(const StructuredLine& line);

// Of a plain line: what its head says, that is where and how loggers write levels; words of its
// message say nothing. Empty if there is none. `text` is without colours. A constant.
std::string_view level_of_head(std::string_view text);

// Of any line: JSON, an inspected object, logfmt or plain. Empty if it says none. A constant.
std::string_view level_of_line(std::string_view line);

// detected_level of a line without any label or metadata that says it: Loki's, else
// level_of_line's, else "unknown". A constant.
std::string_view detected_level_of_line(std::string_view line);

// The JSON object at the end of a plain line, behind a blank (winston's simple()); empty if there
// is none.
std::string_view json_tail(std::string_view text);

}  // namespace logsvc::extract
