#include "agent/docker/container_watcher.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>
#include <vector>

namespace logsvc::agent {
namespace {

constexpr Duration kListRetry = 5 * kSecond;
constexpr size_t kRecentEvents = 256;  // the daemon remembers as many

// Returns whether to look at a container that the list shows as running.
bool may_have_more(ContainerFollower::State state) {
  using State = ContainerFollower::State;
  return state == State::kListed || state == State::kNotified || state == State::kEnded;
}

}  // namespace

ContainerWatcher::ContainerWatcher(DockerClient& docker, ReadLoop& loop, Spool& spool,
                                   const Clock& clock, AgentMetrics& metrics,
                                   Diagnostics& diagnostics, WatcherOptions options)
    : clock_(clock),
      docker_(docker),
      loop_(loop),
      spool_(spool),
      diagnostics_(diagnostics),
      options_(std::move(options)),
      networks_(docker, clock, diagnostics, options_.network_details),
      context_{docker,          loop,      spool,  clock,        metrics,
               diagnostics,     networks_, shown_, docker_root_, options_.read_by,
               options_.wanted, stop_},
      last_event_(options_.events_since) {
  loop.report_to(*this);
  events_thread_ = std::thread([this] { run_events(); });
  thread_ = std::thread([this] { run(); });
}

ContainerWatcher::~ContainerWatcher() {
  stop_ = true;
  post([] {});
  events_thread_.join();
  thread_.join();
}

void ContainerWatcher::post(std::function<void()> task) {
  MutexLock lock(mutex_);
  tasks_.push_back(std::move(task));
  posted_.notify_one();
}

void ContainerWatcher::post_to(const std::string& id,
                               std::function<void(ContainerFollower&)> task) {
  post([this, id, task = std::move(task)] {
    const auto found = followers_.find(id);
    if (found == followers_.end()) return;
    task(found->second);
    settle(found->second, id);
  });
}

void ContainerWatcher::on_answer_end(const std::string& id, const Cursor& place) {
  post_to(id, [place](ContainerFollower& follower) { follower.on_answer_end(place); });
}

void ContainerWatcher::on_place_missing(const std::string& id, const Cursor& place) {
  post_to(id, [place](ContainerFollower& follower) { follower.on_place_missing(place); });
}

void ContainerWatcher::on_failure(const std::string& id, const Cursor& place,
                                  const std::string& why) {
  post_to(id, [place, why](ContainerFollower& follower) { follower.on_failure(place, why); });
}

void ContainerWatcher::on_silence(const std::string& id, const Cursor& place) {
  post_to(id, [place](ContainerFollower& follower) { follower.on_silence(place); });
}

void ContainerWatcher::on_new_records(const std::string& id, const Cursor& place,
                                      uint64_t records) {
  post_to(id, [place, records](ContainerFollower& follower) {
    follower.on_new_records(place, records);
  });
}

void ContainerWatcher::on_wakeups_end(const std::string& id, const Cursor& place) {
  post_to(id, [place](ContainerFollower& follower) { follower.on_wakeups_end(place); });
}

void ContainerWatcher::run_events() {
  std::chrono::milliseconds pause{100};
  std::deque<std::string> recent;
  while (!stop_) {
    docker_.renegotiate();
    const Status ended = docker_.events(
        last_event_,
        [&] {
          pause = std::chrono::milliseconds(100);
          post([this] { next_reconcile_ = 0; });
        },
        [&](const DockerEvent& event) {
          // `since` is inclusive: the last events come again.
          const std::string key = std::to_string(event.time) + event.action + event.id;
          if (std::find(recent.begin(), recent.end(), key) != recent.end()) return;
          recent.push_back(key);
          if (recent.size() > kRecentEvents) recent.pop_front();
          last_event_ = std::max(last_event_, event.time);
          options_.on_event(event);
          post([this, event] { handle(event); });
        },
        stop_);
    if (stop_) return;
    diagnostics_.warn("agent", "no events from Docker; trying again",
                      {{"why", ended.error().message}});
    for (auto waited = std::chrono::milliseconds(0); waited < pause && !stop_;
         waited += std::chrono::milliseconds(50)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    pause = std::min(pause * 2, std::chrono::milliseconds(5000));
  }
}

void ContainerWatcher::run() {
  while (!stop_) {
    std::deque<std::function<void()>> tasks;
    {
      MutexLock lock(mutex_);
      const int64_t left = std::min(next_reconcile_, timers_.next()) - clock_.steady_ns();
      if (tasks_.empty() && left > 0) posted_.wait_for(mutex_, std::chrono::nanoseconds(left));
      tasks.swap(tasks_);
    }
    for (const auto& task : tasks) {
      if (!stop_) task();
    }
    for (const std::string& id : timers_.take_due(clock_.steady_ns())) {
      if (!stop_) look(id, false);
    }
    if (!stop_ && clock_.steady_ns() >= next_reconcile_) reconcile();
  }
}

void ContainerWatcher::handle(const DockerEvent& event) {
  const std::string& action = event.action;
  if (action == "create" || action == "start" || action == "rename" || action == "unpause") {
    return look(event.id, action == "start");
  }
  const auto found = followers_.find(event.id);
  if (found == followers_.end()) return;
  if (action == "die") {
    found->second.on_run_end();
  } else if (action == "destroy") {
    found->second.on_removal();
    settle(found->second, event.id);
  }
}

void ContainerWatcher::look(const std::string& id, bool started) {
  if (!options_.own_id_prefix.empty() && id.starts_with(options_.own_id_prefix)) return;
  ContainerFollower& follower = followers_.try_emplace(id, context_, id).first->second;
  follower.look(started);
  settle(follower, id);
}

void ContainerWatcher::settle(ContainerFollower& follower, const std::string& id) {
  timers_.set(id, follower.retry_at());
  if (follower.state() == ContainerFollower::State::kGone) followers_.erase(id);
}

void ContainerWatcher::reconcile() {
  next_reconcile_ = clock_.steady_ns() + options_.reconcile_interval;
  const auto listed = docker_.list(stop_);
  if (!listed.ok()) {
    next_reconcile_ = clock_.steady_ns() + kListRetry;
    diagnostics_.warn("agent", "the containers cannot be listed",
                      {{"why", listed.error().message}});
    return;
  }
  has_listed_ = true;
  std::set<std::string> sources;
  std::set<std::string> present;
  for (const auto& c : *listed) {
    if (stop_) return;
    present.insert(c.id);
    shown_.show_running(c.id, c.running);
    sources.insert(loop_.source_of(c.id));
    const auto found = followers_.find(c.id);
    if (found == followers_.end()) {
      look(c.id, false);
      continue;
    }
    const auto state = found->second.state();
    if (state == ContainerFollower::State::kUnwanted ? options_.wanted_changes
                                                     : c.running && may_have_more(state)) {
      look(c.id, false);
    }
  }
  std::vector<std::string> absent;
  for (const auto& [id, follower] : followers_) {
    if (!present.count(id)) absent.push_back(id);
  }
  for (const std::string& id : absent) {
    ContainerFollower& follower = followers_.at(id);
    follower.on_removal();
    settle(follower, id);
  }
  spool_.forget_absent(loop_.source_of(""), sources);
}

}  // namespace logsvc::agent
