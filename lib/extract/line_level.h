// The level that a line says, by one table of shapes: fields in line_names.cc, words and numbers in
// level.cc, heads of plain lines in plain_level.cc. It makes the agent's label `level`, which the
// server takes for detected_level too; without that label detected_level is what Loki finds
// (detected_level.h), to the letter.
#pragma once

#include <string_view>

#include "extract/structured_line.h"

namespace logsvc::extract {

// Of the fields of a line; empty if they say none. A constant.
std::string_view level_of_fields(const StructuredLine& line);

// Of a plain line: what its head says, that is where and how loggers write levels; words of its
// message say nothing. Empty if there is none. `text` is without colours. A constant.
std::string_view level_of_head(std::string_view text);

// The JSON object at the end of a plain line, behind a blank (winston's simple()); empty if there
// is none.
std::string_view json_tail(std::string_view text);

}  // namespace logsvc::extract
