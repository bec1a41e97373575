#include "http/elastic_pool.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace logsvc::http {
namespace {
constexpr std::chrono::seconds kIdleTime{10};
// Handlers keep large things on the heap, and untouched parts of a stack cost nothing. This is
// enough for the deepest query that is accepted, in a sanitized build too.
constexpr size_t kStackBytes = 4u << 20;
}  // namespace

void ElasticPool::enqueue(std::function<void()> task, bool urgent) {
  {
    const MutexLock lock(mutex_);
    (urgent ? urgent_ : others_).push_back({std::move(task), urgent});
    if (!has_next()) return;  // whoever ends takes it
    if (idle_ < urgent_.size() + others_.size() && threads_ < max_threads_) {
      start_thread();
      return;
    }
  }
  // Notifies without the lock, which the woken thread takes.
  wanted_.notify_one();
}

void ElasticPool::provide_thread() {
  if (idle_ > 0) {
    wanted_.notify_one();
  } else if (threads_ < max_threads_) {
    start_thread();
  }
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
  return urgent_.size() + others_.size() > idle_;
}

bool ElasticPool::has_next() const {
  const size_t most_others = std::max<size_t>(1, max_threads_ - max_threads_ / 4);
  return !urgent_.empty() || (!others_.empty() && others_running_ < most_others);
}

ElasticPool::Task ElasticPool::next() {
  std::deque<Task>& from = urgent_.empty() ? others_ : urgent_;
  Task task = std::move(from.front());
  from.pop_front();
  if (!task.urgent) ++others_running_;
  return task;
}

void* ElasticPool::run_thread(void* pool) {
  static_cast<ElasticPool*>(pool)->work();
  return nullptr;
}

void ElasticPool::work() {
  MutexLock lock(mutex_);
  while (true) {
    if (has_next()) {
      Task task = next();
      mutex_.unlock();
      task.run();
      task.run = nullptr;
      mutex_.lock();
      if (task.urgent) continue;
      --others_running_;
      // This thread goes on with what is urgent, and another one may begin in its place.
      if (!urgent_.empty() && !others_.empty()) provide_thread();
      continue;
    }
    if (stopping_) break;
    ++idle_;
    const bool woken = wanted_.wait_for(mutex_, kIdleTime);
    --idle_;
    if (!woken && !has_next() && threads_ > kMinIdle) break;
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
