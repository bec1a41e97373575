// Docker's events as log lines of a stream of their own: what happened to containers stands beside
// what they said. start, stop, die (with exit code), oom, kill, restart, pause, rename, health.
//
// {"event":"die","container":"api","image":"api:1.4","exitCode":137,"message":"api died with 137"}
// Labels: job="docker-events", host, service="docker-events", level.
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
// False: an event nobody wants to read (exec, attach, top …).
bool make_event_line(const DockerEvent& event, const std::string& host, EventLine& out);

// Puts them into the spool, each once. Any thread.
class EventLines {
 public:
  // Borrows everything. `dropped` counts those that a full spool has no room for: containers' lines
  // are worth more.
  EventLines(Spool& spool, SpoolWakeup& wakeup, const Clock& clock, Counter& dropped,
             std::string host);

  // The time of the last event in the spool; 0: none.
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
