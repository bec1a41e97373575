// One container's log, from its cursor on, into the spool. Runs on a thread of its own as long as
// the container does; an ended container is read to its end and the thread goes.
//
//   stream → frames → resume filter → joined lines → pipeline → spool group (lines + cursor)
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "agent/agent_metrics.h"
#include "agent/docker/docker_client.h"
#include "agent/docker/partial_joiner.h"
#include "agent/docker/resume_filter.h"
#include "agent/pipeline/pipeline.h"
#include "agent/spool/spool.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

class ContainerReader {
 public:
  struct Context {
    const DockerClient& docker;
    Spool& spool;
    AgentMetrics& metrics;
    Diagnostics& diagnostics;
    std::string host;
    size_t max_line_bytes;
    std::function<void()> on_spooled;  // wakes the pusher
    std::function<void()> on_end;      // a reader ended: look at the containers again
  };

  // Starts the thread. Borrows the context.
  ContainerReader(const Context& context, std::string id);
  // Stops and joins.
  ~ContainerReader();

  // The destructor then joins without a wait of its own.
  void request_stop() { stop_ = true; }
  bool ended() const { return ended_; }
  // The log cannot be read at all (driver `none`, label logsvc.enable=false): do not try again.
  bool unreadable() const { return unreadable_; }

 private:
  void run();
  // Reads one answer to its end. True: everything there was has been read.
  Result<bool> read_answer(bool follow, bool from_start);
  Result<bool> consume(HttpStream& stream, bool last_try);
  void add_line(OutputStream stream, Timestamp time, std::string_view line);
  // Puts the collected lines with the cursor into the spool; waits while it is full.
  Status commit();

  const Context& context_;
  const std::string id_;
  Container container_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<ResumeFilter> filter_;
  std::unique_ptr<PartialJoiner> joiner_;
  SpoolGroup group_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> ended_{false};
  std::atomic<bool> unreadable_{false};
  std::thread thread_;
};

}  // namespace logsvc::agent
