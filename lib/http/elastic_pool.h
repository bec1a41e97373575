// Threads that grow with the work: a request that takes long never holds up one that a push waits
// for. Urgent tasks come first, and a quarter of the threads is for them alone. Threads beyond the
// minimum end after some idle seconds. Safe from several threads.
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

  void enqueue(std::function<void()> task, bool urgent = false);
  // Whether tasks wait in line for a thread.
  bool crowded();
  // Waits for the tasks that run and for those in line.
  void shutdown();

 private:
  static constexpr size_t kMinIdle = 2;
  struct Task {
    std::function<void()> run;
    bool urgent = false;
  };
  void start_thread() REQUIRES(mutex_);
  // Sees to it that a task which may begin does, if there is a thread for it.
  void provide_thread() REQUIRES(mutex_);
  // Whether a task may begin now.
  bool has_next() const REQUIRES(mutex_);
  Task next() REQUIRES(mutex_);
  static void* run_thread(void* pool);
  void work();

  const size_t max_threads_;
  Mutex mutex_;
  CondVar wanted_;
  CondVar ended_;
  std::deque<Task> urgent_ GUARDED_BY(mutex_);
  std::deque<Task> others_ GUARDED_BY(mutex_);
  size_t others_running_ GUARDED_BY(mutex_) = 0;
  size_t threads_ GUARDED_BY(mutex_) = 0;
  size_t idle_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace logsvc::http
