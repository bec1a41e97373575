// What a line says without configuration: level, service, time and ids, whatever its form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/label_set.h"

namespace logsvc::agent {

struct LineReading {
  enum class Form { kJson, kLogfmt, kPlain };
  Form form = Form::kPlain;
  std::string_view level;  // normalised; a constant; empty if none is said
  std::string service;     // empty if none is said
  std::string time;        // as said; empty if none is
  bool time_is_number = false;
  Labels metadata;        // context, trace_id, span_id, request_id; sorted by name
  std::string unwrapped;  // the line inside Docker's envelope, if it was in one
  bool was_wrapped = false;
};

// text: without ANSI sequences.
LineReading read_line(std::string_view text);

// The level that the value of a field means. syslog: 0 to 7 are its severities.
std::string_view level_of_value(std::string_view text, bool syslog);
// The level that the head of a plain line says: Nest, klog, syslog, nginx, [time] LEVEL; else a
// word in capitals near its start.
std::string_view level_of_head(std::string_view text);

}  // namespace logsvc::agent
