#include "store/read/read_ahead.h"

#include <algorithm>

namespace logsvc::store {
namespace {
constexpr size_t kMostThreads = 7;
}

size_t spare_cores() {
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  return std::min(cores - 1, kMostThreads);
}

ReadAhead::~ReadAhead() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    changed_.notify_all();
  }
  for (std::thread& t : threads) t.join();
}

void ReadAhead::run(std::function<void()> task) {
  if (wanted_threads_ == 0) return;
  MutexLock lock(mutex_);
  tasks_.push_back(std::move(task));
  if (threads_.size() < wanted_threads_) threads_.emplace_back([this] { work(); });
  changed_.notify_one();
}

void ReadAhead::work() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (tasks_.empty()) {
      changed_.wait(mutex_);
      continue;
    }
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    mutex_.unlock();
    task();
    mutex_.lock();
  }
}

}  // namespace logsvc::store
