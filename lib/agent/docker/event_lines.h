// Turns Docker's events into log lines of a separate stream, so that what happened to containers
// appears beside their own lines. The events are start, stop, die (with exit code), oom, kill,
// restart, pause, rename and health.
//
// {"event":"die","container":"api","image":"api:1.4","exitCode":137,"message":"api died with 137"}
// The labels are job="docker-events", host, service="docker-events" and level.
#pragma once

#include <string>

#include "agent/docker/docker_client.h"
#include "agent/spool/spool.h"
#include "agent/spool/spool_wakeup.h"
#include "base/mutex.h"
#include "os/clock.h"
#include "telemetry/metrics.h"
#include "wire/push_builder.h"

namespace logsvc::agent {

struct EventLine {
  std::string labels;
  Timestamp timestamp = 0;
  std::string line;
};
// Returns false for an event that is of no use to readers (exec, attach, top …).
bool make_event_line(const DockerEvent& event, const std::string& host, EventLine& out);

// Puts events into the spool, each of them once. Any thread.
class EventLines {
 public:
  // Borrows everything. `dropped` counts the events that a full spool has no room for: the lines of
  // containers matter more.
  EventLines(Spool& spool, SpoolWakeup& wakeup, const Clock& clock, Counter& dropped,
             std::string host);

  // Returns the time of the last event in the spool; 0: none.
  Timestamp last() const;
  void add(const DockerEvent& event);

 private:
  Spool& spool_;
  SpoolWakeup& wakeup_;
  const Clock& clock_;
  Counter& dropped_;
  const std::string host_;
  mutable Mutex mutex_;
  wire::PushBuilder builder_ GUARDED_BY(mutex_);
  Timestamp last_ GUARDED_BY(mutex_) = 0;
  std::string last_key_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::agent
