// Knows which containers there are, and decides how each log is read: from its files where they can
// be opened, else by answers of the API, one after the other, until nothing is left unread.
// Events first, then the list: what happens in between is in both. Starts two threads.
//
// By the API, a log that does not rotate: follow → the answer ends → once more without following,
// since an answer may end with records unread → ended, or followed again. An answer that does not
// hold the place to go on from is asked for again with more in it. A log that rotates is not to be
// followed: ReadLoop::hear_bell.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "agent/docker/docker_client.h"
#include "agent/docker/network_directory.h"
#include "agent/docker/read_loop.h"
#include "base/mutex.h"

namespace logsvc::agent {

enum class ReadBy { kAuto, kApi, kFile };

struct WatcherOptions {
  ReadBy read_by = ReadBy::kAuto;
  std::string own_id_prefix;  // the agent itself is not read
  Duration reconcile_interval = 60 * kSecond;
  std::function<void(const DockerEvent&)> on_event = [](const DockerEvent&) {};
  Timestamp events_since = 0;    // events from then on are wanted; 0: from now
  bool network_details = false;  // containers are told with what only the list of networks says
  // Whether a container is to be read at all; asked again when its name changes.
  std::function<bool(const Container&)> wanted = [](const Container&) { return true; };
  bool wanted_changes = false;  // with time: it is asked at every reconcile_interval
};

// A container as the status page shows it.
struct WatchedContainer {
  std::string id, name, driver;
  std::string read_by;  // "file", "api", or why it is not read
  bool running = false;
  std::string path;  // of the file it is read from
};

class ContainerWatcher {
 public:
  // Borrows everything. Stop the loop before the watcher goes: it reports to it.
  ContainerWatcher(DockerClient& docker, ReadLoop& loop, Spool& spool, const Clock& clock,
                   AgentMetrics& metrics, Diagnostics& diagnostics, WatcherOptions options);
  ~ContainerWatcher();

  // All containers that are read or should be, by name. Any thread.
  std::vector<WatchedContainer> status() const;
  // Whether Docker has told its containers yet. Any thread.
  bool has_listed() const { return has_listed_; }

 private:
  static constexpr uint64_t kTailRecords = 64;  // usually hold the place, and cost nothing
  // How far back an answer reaches; the next kind if the place is not in it.
  enum class Reach { kTail, kSince, kEverything };
  struct Known {
    bool by_file = false;
    bool unreadable = false;
    bool unwanted = false;
    bool streaming = false;  // an answer is open or asked for
    bool following = false;
    bool has_bell = false;  // of a log that rotates: see ReadLoop::hear_bell
    uint64_t rung = 0;      // records it told of while an answer was being read
    bool done = false;      // ended, and read to its end
    Reach reach = Reach::kTail;
    Cursor cursor;
    int64_t retry_at = 0;  // steady_ns; 0: none
    int failures = 0;
  };

  void run_events();
  void run();
  void post(std::function<void()> command);
  void handle(const DockerEvent& event);
  void handle(const ReadLoop::Report& report);
  Result<Container> inspect(const std::string& id);
  void reconcile();
  void retry_due();
  // Reads, or goes on reading, as the container's state wants.
  void look(const std::string& id, bool started);
  bool read_files(Known& known, const Container& container);
  std::string log_file_of(const Container& container, LogFileFormat& format);
  void open_answer(Known& known, const Container& container, bool follow, Reach reach,
                   uint64_t tail = kTailRecords);
  // Follows, or reads what there is under a bell.
  void open_running(Known& known, const Container& container);
  void answer_error(Known& known, const Container& container, const Error& error);
  void probe(const std::string& id, Known& known);
  void retry_later(Known& known);
  void mark_unreadable(Known& known, const Container& container, const std::string& why);
  void gone(const std::string& id, bool started);
  void show(const Container& container, std::string read_by, std::string path = "");
  void show_running(const std::string& id, bool running);
  void forget(const std::string& id);

  DockerClient& docker_;
  ReadLoop& loop_;
  Spool& spool_;
  const Clock& clock_;
  AgentMetrics& metrics_;
  Diagnostics& diagnostics_;
  const WatcherOptions options_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> has_listed_{false};
  mutable Mutex status_mutex_;
  std::map<std::string, WatchedContainer> status_ GUARDED_BY(status_mutex_);  // by id
  Mutex mutex_;
  CondVar wanted_;
  std::deque<std::function<void()>> commands_ GUARDED_BY(mutex_);
  // The readers' thread alone.
  std::map<std::string, Known> known_;
  NetworkDirectory networks_;
  std::string docker_root_;
  int64_t next_reconcile_ = 0;
  // The events' thread alone.
  Timestamp last_event_ = 0;
  std::thread events_thread_;
  std::thread thread_;
};

}  // namespace logsvc::agent
