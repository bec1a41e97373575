// Knows which containers there are and has a reader for each whose log may have something new.
// Events first, then the list: what happens in between is in both. Starts two threads.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "agent/docker/container_reader.h"
#include "base/mutex.h"

namespace logsvc::agent {

class ContainerWatcher {
 public:
  // Borrows the context's parts. own_id_prefix: a container that is the agent itself is not read.
  ContainerWatcher(ContainerReader::Context context, std::string own_id_prefix);
  // Stops all readers and joins.
  ~ContainerWatcher();

 private:
  void run_events();
  void run_readers();
  void reconcile();
  void request_look(const std::string& id);
  void start_reader(const std::string& id);

  ContainerReader::Context context_;
  const std::string own_id_prefix_;
  std::atomic<bool> stop_{false};
  Mutex mutex_;
  CondVar wanted_;
  bool recheck_ GUARDED_BY(mutex_) = false;  // events were missed: ended ones may have run again
  bool look_ GUARDED_BY(mutex_) = true;      // the whole list is wanted
  std::set<std::string> to_read_ GUARDED_BY(mutex_);  // these at once
  // The readers' thread alone.
  std::map<std::string, std::unique_ptr<ContainerReader>> readers_;
  std::set<std::string> finished_;  // ended containers that were read to their end
  std::set<std::string> unreadable_;
  std::thread events_thread_;
  std::thread readers_thread_;
};

}  // namespace logsvc::agent
