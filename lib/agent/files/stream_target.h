// Lines of a stream that is read once (standard input) into the store, on a thread of its own.
// There is no place to go on from: what is read and not yet committed goes with a kill.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "agent/files/line_store.h"
#include "agent/pipeline/target_pipeline.h"
#include "os/clock.h"

namespace logsvc::agent {

class StreamTarget {
 public:
  // Starts the thread, which reads the descriptor (and leaves it open). Borrows store and clock.
  // on_end: all of it is in the store; from the thread.
  StreamTarget(int fd, std::string source, std::unique_ptr<TargetPipeline> pipeline,
               LineStore& store, const Clock& clock, std::function<void()> on_end);
  ~StreamTarget();

 private:
  void run();
  // False: the end, or stopping.
  bool read();
  void add(std::string_view line);
  bool commit();

  const int fd_;
  const std::string source_;
  const std::unique_ptr<TargetPipeline> pipeline_;
  LineStore& store_;
  const Clock& clock_;
  const std::function<void()> on_end_;
  std::atomic<bool> stop_{false};
  // The thread's alone.
  std::string rest_;  // behind the last line end
  uint64_t sequence_ = 0;
  std::thread thread_;
};

}  // namespace logsvc::agent
