// Threads that grow with the connections: an idle keep-alive connection holds a thread of its own
// and never one that a push waits for. Threads beyond the minimum end after some idle seconds.
#pragma once

#include <httplib.h>

#include <deque>
#include <functional>

#include "base/mutex.h"

namespace logsvc::server {

class ElasticPool : public httplib::TaskQueue {
 public:
  // max_threads: connections served at once; more wait in line.
  explicit ElasticPool(size_t max_threads) : max_threads_(max_threads) {}
  ~ElasticPool() override { shutdown(); }

  void enqueue(std::function<void()> task) override;
  // Waits for the tasks that run and those in line.
  void shutdown() override;

 private:
  static constexpr size_t kMinIdle = 2;
  static void* run_thread(void* pool);
  void work();

  const size_t max_threads_;
  Mutex mutex_;
  CondVar wanted_;
  CondVar ended_;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  size_t threads_ GUARDED_BY(mutex_) = 0;
  size_t idle_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace logsvc::server
