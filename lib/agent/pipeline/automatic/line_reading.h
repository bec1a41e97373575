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
  std::string_view level;          // normalised; a constant; empty if none is said
  std::string service;             // empty if none is said
  bool service_is_logger = false;  // it is a logger's name (pino, bunyan)
  std::string time;                // as said; empty if none is
  bool time_is_number = false;
  Labels metadata;        // context, trace_id, span_id, request_id; sorted by name
  std::string unwrapped;  // the line inside Docker's envelope, if it was in one
  bool was_wrapped = false;
  // What said it, for those who ask: a field's name, "head", "envelope", "stack trace"; constants,
  // empty if nothing did.
  std::string_view level_from, time_from, service_from;
};

// text: without ANSI sequences.
LineReading read_line(std::string_view text);

// The same of a block of several lines that may be one object, as JSON or util.inspect print it;
// nothing if it is none.
std::optional<LineReading> read_object(std::string_view text);

}  // namespace logsvc::agent
