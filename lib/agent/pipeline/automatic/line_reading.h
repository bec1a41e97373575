// Finds level, service, time and ids in a line of any form, without configuration.
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
  std::string_view level;          // normalised; a constant; empty if absent
  std::string service;             // empty if absent
  bool service_is_logger = false;  // the service is a logger's name (pino, bunyan)
  std::string time;                // as written; empty if absent
  bool time_is_number = false;
  Labels metadata;        // context, trace_id, span_id, request_id; sorted by name
  std::string unwrapped;  // the line inside Docker's envelope, if there was one
  bool was_wrapped = false;
  // The origin of each value: a field's name, "head", "envelope", "stack trace"; constants, empty
  // if nothing was found.
  std::string_view level_from, time_from, service_from;
};

// text: must be without ANSI sequences.
LineReading read_line(std::string_view text);

// Reads a block of several lines that may be one object, as JSON or util.inspect print it. Returns
// nullopt if it is not.
std::optional<LineReading> read_object(std::string_view text);

}  // namespace logsvc::agent
