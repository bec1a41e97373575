// When something happened, by what its line says and what Docker saw.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace logsvc::agent {

struct EventTime {
  Timestamp time = 0;
  bool refused = false;  // the line says a time, and it is not credible
  bool is_said = false;  // the line's own
};

// For one stream of one target: remembers the zone of times that do not say theirs.
class EventClock {
 public:
  // The said time if it is within a day before and 5 minutes after Docker's; else Docker's. Times
  // in whole seconds or milliseconds get Docker's place inside theirs, so that the order of lines
  // is the same at every try. Text without a zone counts as UTC or, if it differs from Docker's
  // time by the offset of a zone that there is, as local time.
  EventTime find(std::string_view said, bool is_number, Timestamp docker_time);

  // Of local times, once it is known.
  std::optional<Duration> zone_offset() const { return zone_offset_; }

 private:
  std::optional<Timestamp> parse(std::string_view said, bool is_number, Timestamp docker_time);
  std::optional<Duration> zone_offset_;
};

// Epoch numbers by their size: seconds, ms, µs or ns. Nothing before September 2001: such a number
// is a duration or a count.
std::optional<Timestamp> parse_epoch(std::string_view text);

}  // namespace logsvc::agent
