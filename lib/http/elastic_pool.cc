#include "http/elastic_pool.h"

#include <pthread.h>

namespace logsvc::http {
namespace {
constexpr std::chrono::seconds kIdleTime{10};
// Handlers keep large things on the heap, and untouched parts of a stack cost nothing. This is
// enough for the deepest query that is accepted, in a sanitized build too.
constexpr size_t kStackBytes = 4u << 20;
}  // namespace

void ElasticPool::enqueue(std::function<void()> task) {
  {
    const MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
    if (idle_ < tasks_.size() && threads_ < max_threads_) {
      start_thread();
      return;
    }
  }
  // Notifies without the lock, which the woken thread takes.
  wanted_.notify_one();
}

void ElasticPool::start_thread() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  if (pthread_create(&thread, &attributes, run_thread, this) == 0) ++threads_;
  pthread_attr_destroy(&attributes);
}

bool ElasticPool::crowded() {
  MutexLock lock(mutex_);
  return tasks_.size() > idle_;
}

void* ElasticPool::run_thread(void* pool) {
  static_cast<ElasticPool*>(pool)->work();
  return nullptr;
}

void ElasticPool::work() {
  MutexLock lock(mutex_);
  while (true) {
    if (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      mutex_.unlock();
      task();
      task = nullptr;
      mutex_.lock();
      continue;
    }
    if (stopping_) break;
    ++idle_;
    const bool woken = wanted_.wait_for(mutex_, kIdleTime);
    --idle_;
    if (!woken && tasks_.empty() && threads_ > kMinIdle) break;
  }
  --threads_;
  ended_.notify_all();
}

void ElasticPool::shutdown() {
  MutexLock lock(mutex_);
  stopping_ = true;
  wanted_.notify_all();
  while (threads_ > 0) ended_.wait(mutex_);
}

}  // namespace logsvc::http
