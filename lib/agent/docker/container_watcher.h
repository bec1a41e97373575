// Knows which containers exist and has a ContainerFollower for each. It opens Docker's events first
// and reads the list afterwards, so changes in between appear in both. Starts two threads: one
// receives the events; the other runs the followers' tasks from events, the list, timers and the
// ReadLoop.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "agent/common/timer_queue.h"
#include "agent/docker/container_follower.h"
#include "agent/docker/docker_client.h"
#include "agent/docker/network_directory.h"
#include "agent/docker/read_loop.h"
#include "agent/docker/watched_containers.h"
#include "base/mutex.h"

namespace logsvc::agent {

struct WatcherOptions {
  ReadBy read_by = ReadBy::kAuto;
  std::string own_id_prefix;  // the agent itself is not read
  Duration reconcile_interval = 60 * kSecond;
  std::function<void(const DockerEvent&)> on_event = [](const DockerEvent&) {};
  Timestamp events_since = 0;    // events from then on are wanted; 0: from now
  bool network_details = false;  // adds details that only the list of networks provides
  // Returns whether a container is to be read at all; asked again when its name changes.
  std::function<bool(const Container&)> wanted = [](const Container&) { return true; };
  bool wanted_changes = false;  // over time: asked at every reconcile_interval
};

class ContainerWatcher : private ReadObserver {
 public:
  // Borrows everything. Stop the loop, which reports to the watcher, before destroying the watcher.
  ContainerWatcher(DockerClient& docker, ReadLoop& loop, Spool& spool, const Clock& clock,
                   AgentMetrics& metrics, Diagnostics& diagnostics, WatcherOptions options);
  ~ContainerWatcher() override;

  // Returns all containers that are read or should be, by name. Any thread.
  std::vector<WatchedContainer> status() const { return shown_.list(); }
  // Returns whether Docker has listed its containers yet. Any thread.
  bool has_listed() const { return has_listed_; }

 private:
  void on_answer_end(const std::string& id, const Cursor& place) override;
  void on_place_missing(const std::string& id, const Cursor& place) override;
  void on_failure(const std::string& id, const Cursor& place, const std::string& why) override;
  void on_silence(const std::string& id, const Cursor& place) override;
  void on_new_records(const std::string& id, const Cursor& place, uint64_t records) override;
  void on_wakeups_end(const std::string& id, const Cursor& place) override;

  void run_events();
  void run();
  // Queues a task for the followers' thread.
  void post(std::function<void()> task);
  // Queues a task for a container's follower, which is skipped if there is none any more.
  void post_to(const std::string& id, std::function<void(ContainerFollower&)> task);
  void handle(const DockerEvent& event);
  void reconcile();
  // Looks at a container that may be new.
  void look(const std::string& id, bool started);
  // Sets the timer for the follower, or removes the follower if it has nothing left to do.
  void settle(ContainerFollower& follower, const std::string& id);

  const Clock& clock_;
  DockerClient& docker_;
  ReadLoop& loop_;
  Spool& spool_;
  Diagnostics& diagnostics_;
  const WatcherOptions options_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> has_listed_{false};
  WatchedContainers shown_;
  Mutex mutex_;
  CondVar posted_;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  // Only for the followers' thread.
  NetworkDirectory networks_;
  std::string docker_root_;
  const FollowerContext context_;
  std::map<std::string, ContainerFollower> followers_;  // by id
  TimerQueue<std::string> timers_;                      // ids
  int64_t next_reconcile_ = 0;
  // Only for the events' thread.
  Timestamp last_event_ = 0;
  std::thread events_thread_;
  std::thread thread_;
};

}  // namespace logsvc::agent
