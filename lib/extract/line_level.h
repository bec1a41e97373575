// Finds the level that a line states, by one table of shapes: fields are in line_names.cc, words
// and numbers in level.cc, heads of plain lines in plain_level.cc. It makes the agent's label
// `level`, which the server takes for detected_level too; without that label detected_level is
// exactly what Loki finds (detected_level.h).
#pragma once

#include <string_view>

#include "extract/structured_line.h"

namespace logsvc::extract {

// Returns the level in the fields of a line; empty if they have none. It is a constant.
std::string_view level_of_fields(const StructuredLine& line);

// Returns the level in the head of a plain line, that is where and how loggers write levels; words
// of its message do not count. Empty if there is none. `text` has no colours. It is a constant.
std::string_view level_of_head(std::string_view text);

// Returns the JSON object at the end of a plain line, behind a blank (winston's simple()); empty if
// there is none.
std::string_view json_tail(std::string_view text);

}  // namespace logsvc::extract
