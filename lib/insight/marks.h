// Reads what Docker said about containers: lines of an agent's job="docker-events", or of any
// stream with source="docker-event". They become marks for the histograms and the state of each
// container.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace logsvc::insight {

inline constexpr const char* kDockerEventsJob = "docker-events";
inline constexpr const char* kDockerEventSource = "docker-event";

struct Mark {
  Timestamp at = 0;
  std::string kind;  // "start", "die", "oom", "health_status", … as Docker names it
  std::string service;
  std::string container;
  std::string host;
  std::string detail;  // "exit code 137"; the image of a start
};

// Returns the event in a line; nullopt if it names none. The line is a JSON object (members event,
// action or status; exitCode; image; container, name) or logfmt with the same keys; labels fill
// what is missing.
std::optional<Mark> read_mark(Timestamp at, std::string_view line);

// Holds the latest marks, oldest first. Not thread-safe.
class MarkBook {
 public:
  static constexpr size_t kMax = 1000;
  static constexpr size_t kMaxServices = 1000;  // those whose state is known

  void add(Mark mark);
  const std::deque<Mark>& marks() const { return marks_; }
  // Returns the last event of the service if it says that a container ended; nullptr otherwise.
  const Mark* stopped(const std::string& service) const;

 private:
  std::deque<Mark> marks_;
  std::map<std::string, std::map<std::string, Mark>> last_;  // service → container
};

}  // namespace logsvc::insight
