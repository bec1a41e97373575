// Threads that grow with the work: a request that takes long never holds up one that a push waits
// for. Threads beyond the minimum end after some idle seconds. Safe from several threads.
#pragma once

#include <deque>
#include <functional>

#include "base/mutex.h"

namespace logsvc::http {

class ElasticPool {
 public:
  // max_threads is how many tasks run at once; more wait in line.
  explicit ElasticPool(size_t max_threads) : max_threads_(max_threads) {}
  ~ElasticPool() { shutdown(); }
  ElasticPool(const ElasticPool&) = delete;
  ElasticPool& operator=(const ElasticPool&) = delete;

  void enqueue(std::function<void()> task);
  // Whether tasks wait in line for a thread.
  bool crowded();
  // Waits for the tasks that run and for those in line.
  void shutdown();

 private:
  static constexpr size_t kMinIdle = 2;
  void start_thread() REQUIRES(mutex_);
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

}  // namespace logsvc::http
