// Reads a stream that can be read only once (standard input) into the store, on its own thread.
// There is no place to continue from: what is read but not yet committed is lost when the process
// is killed.
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
  // on_end is called on the thread when all of it is in the store.
  StreamTarget(int fd, std::string source, std::unique_ptr<TargetPipeline> pipeline,
               LineStore& store, const Clock& clock, std::function<void()> on_end);
  ~StreamTarget();

 private:
  void run();
  // Returns false at the end, or when stopping.
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
  // Only for the thread.
  std::string rest_;  // after the last line end
  uint64_t sequence_ = 0;
  std::thread thread_;
};

}  // namespace logsvc::agent
