#include "agent/docker/container_watcher.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace logsvc::agent {
namespace {

constexpr std::chrono::seconds kReconcileInterval{30};
constexpr size_t kMaxCatchUps = 8;  // ended containers read at once

}  // namespace

ContainerWatcher::ContainerWatcher(ContainerReader::Context context, std::string own_id_prefix)
    : context_(std::move(context)), own_id_prefix_(std::move(own_id_prefix)) {
  context_.on_end = [this] {
    MutexLock lock(mutex_);
    look_ = true;
    wanted_.notify_all();
  };
  events_thread_ = std::thread([this] { run_events(); });
  readers_thread_ = std::thread([this] { run_readers(); });
}

ContainerWatcher::~ContainerWatcher() {
  stop_ = true;
  {
    MutexLock lock(mutex_);
    wanted_.notify_all();
  }
  events_thread_.join();
  readers_thread_.join();
}

void ContainerWatcher::request_look(const std::string& id) {
  MutexLock lock(mutex_);
  if (!id.empty()) to_read_.insert(id);
  look_ = true;
  wanted_.notify_all();
}

void ContainerWatcher::run_events() {
  std::chrono::milliseconds pause{100};
  while (!stop_) {
    const Status ended = context_.docker.events(
        [&] {
          pause = std::chrono::milliseconds(100);
          MutexLock lock(mutex_);
          recheck_ = look_ = true;
          wanted_.notify_all();
        },
        [&](const std::string& action, const std::string& id) {
          if (action == "start") {
            request_look(id);
          } else if (action == "die" || action == "destroy" || action == "rename" ||
                     action == "create") {
            request_look("");
          }
        },
        stop_);
    if (stop_) return;
    context_.diagnostics.warn("agent", "no events from Docker; trying again",
                              {{"why", ended.error().message}});
    for (auto waited = std::chrono::milliseconds(0); waited < pause && !stop_;
         waited += std::chrono::milliseconds(100)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    pause = std::min(pause * 2, std::chrono::milliseconds(5000));
  }
}

void ContainerWatcher::run_readers() {
  while (!stop_) {
    std::set<std::string> started;
    {
      MutexLock lock(mutex_);
      if (!look_ && to_read_.empty()) wanted_.wait_for(mutex_, kReconcileInterval);
      started.swap(to_read_);
      look_ = false;
      if (std::exchange(recheck_, false)) finished_.clear();
    }
    if (stop_) break;
    // A container that lives for milliseconds is gone before the list has it.
    for (const std::string& id : started) {
      finished_.erase(id);
      start_reader(id);
    }
    reconcile();
  }
  for (const auto& [id, reader] : readers_) reader->request_stop();
  readers_.clear();
}

void ContainerWatcher::start_reader(const std::string& id) {
  if (unreadable_.count(id)) return;
  if (!own_id_prefix_.empty() && id.rfind(own_id_prefix_, 0) == 0) return;
  const auto found = readers_.find(id);
  if (found != readers_.end() && !found->second->ended()) return;
  readers_[id] = std::make_unique<ContainerReader>(context_, id);
}

void ContainerWatcher::reconcile() {
  std::erase_if(readers_, [&](const auto& r) {
    if (!r.second->ended()) return false;
    (r.second->unreadable() ? unreadable_ : finished_).insert(r.first);
    return true;
  });
  const auto listed = context_.docker.list(stop_);
  if (!listed.ok()) return;
  std::set<std::string> present;
  size_t catching_up =
      static_cast<size_t>(std::count_if(listed->begin(), listed->end(), [&](const auto& c) {
        return !c.running && readers_.count(c.id);
      }));
  for (const auto& c : *listed) {
    present.insert(c.id);
    if (c.running) {
      finished_.erase(c.id);
      start_reader(c.id);
    } else if (!finished_.count(c.id) && !readers_.count(c.id) && catching_up < kMaxCatchUps) {
      ++catching_up;
      start_reader(c.id);
    }
  }
  std::erase_if(finished_, [&](const std::string& id) { return !present.count(id); });
  std::erase_if(unreadable_, [&](const std::string& id) { return !present.count(id); });
  context_.spool.forget_absent(present);
}

}  // namespace logsvc::agent
