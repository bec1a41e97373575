// Receives a job's GELF datagrams and takes their messages into the store. The line is the message
// as it came, unpacked. One thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "agent/files/line_store.h"
#include "agent/gelf/gelf_message.h"
#include "agent/jobs/labelled_pipelines.h"
#include "net/listen_socket.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

// Counts messages. Safe from several threads.
struct GelfMetrics {
  explicit GelfMetrics(Metrics& m);
  Counter& entries;
  Counter& errors;
  Counter& without_labels;
  Counter& datagrams_lost;
};

class GelfTarget {
 public:
  struct Context {
    LineStore& store;  // only for this target
    const Clock& clock;
    GelfMetrics& metrics;
    Diagnostics& diagnostics;
  };
  // Listens and starts the thread. Borrows what is in the context. Returns kUnavailable if the
  // address is in use.
  static Result<std::unique_ptr<GelfTarget>> open(std::shared_ptr<const Job> job, GelfConfig config,
                                                  const Context& context);
  ~GelfTarget();

 private:
  GelfTarget(std::shared_ptr<const Job> job, GelfConfig config, const Context& context,
             std::unique_ptr<net::ListenSocket> socket);
  void run();
  void read();
  void add(const std::string& message, const std::string& from);
  void fail(const std::string& from, const std::string& why);

  const std::shared_ptr<const Job> job_;
  const GelfConfig config_;
  const Context context_;
  const std::string source_;
  const std::unique_ptr<net::ListenSocket> socket_;
  int wake_fd_ = -1;
  std::atomic<bool> stop_{false};
  // Only for the thread.
  LabelledPipelines pipelines_;
  GelfAssembler assembler_;
  uint64_t sequence_ = 0;
  bool added_ = false;
  std::thread thread_;
};

}  // namespace logsvc::agent
