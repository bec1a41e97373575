// What the agent wants to know of a JSON line: service, level and time, found in one pass over its
// top level. Nested values are skipped, not read.
#pragma once

#include <string>
#include <string_view>

namespace logsvc::extract {

struct LogLineFields {
  bool is_json = false;  // an object from first to last character
  // Raw values; strings without quotes and not unescaped. Empty if absent.
  std::string_view service;
  std::string_view level;
  std::string_view time;
  bool time_is_number = false;
};

// Views into the line. Of several names for one thing the first of the list in log_line_fields.cc
// wins.
LogLineFields read_log_line(std::string_view line);

}  // namespace logsvc::extract
