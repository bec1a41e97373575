// Decides when something happened, from what its line says and when Docker received it.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace logsvc::agent {

struct EventTime {
  Timestamp time = 0;
  bool refused = false;  // the line gives a time that is not credible
  bool is_said = false;  // it is the line's own time
};

// Remembers the zone of times that do not give theirs. For one stream of one target.
class EventClock {
 public:
  // Returns the line's time if it is at most a day before and 5 minutes after Docker's; otherwise
  // Docker's. Times in whole seconds or milliseconds get Docker's digits below, so that the order
  // of lines is the same at every try. Text without a zone counts as UTC or, if it differs from
  // Docker's time by the offset of an existing zone, as local time.
  EventTime find(std::string_view said, bool is_number, Timestamp docker_time);

  // Returns the offset of local times once it is known.
  std::optional<Duration> zone_offset() const { return zone_offset_; }

 private:
  std::optional<Timestamp> parse(std::string_view said, bool is_number, Timestamp docker_time);
  std::optional<Duration> zone_offset_;
};

// Reads epoch numbers by their size: seconds, ms, µs or ns. Returns nullopt before September 2001:
// such a number is a duration or a count.
std::optional<Timestamp> parse_epoch(std::string_view text);

}  // namespace logsvc::agent
