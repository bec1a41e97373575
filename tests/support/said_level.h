// Returns the level that the automatic pipeline finds in a line.
#pragma once

#include <string>
#include <string_view>

#include "agent/pipeline/automatic/line_reading.h"
#include "gotext/ansi.h"

namespace logsvc::testing {

inline std::string said_level(std::string_view line) {
  return std::string(agent::read_line(strip_ansi(line)).level);
}

}  // namespace logsvc::testing
