// One thread that reads all containers' logs. It sleeps until a file or a connection has something,
// gives each log a turn, and commits what it read to the spool before it continues.
//
// Files are watched by inotify and connections by epoll; the loop polls only where inotify cannot
// watch. When the spool is full everything waits: Docker keeps the lines. ContainerFollower decides
// what is read and how; the loop only knows what is open.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "agent/common/folder_watches.h"
#include "agent/common/timer_queue.h"
#include "agent/docker/container_log.h"
#include "agent/docker/followed_log.h"
#include "agent/spool/full_spool.h"
#include "agent/spool/spool_wakeup.h"
#include "base/mutex.h"

namespace logsvc::agent {

// Receives reports on the reading, on the loop's thread, and must not block. `place` is that of the
// last record read.
class ReadObserver {
 public:
  virtual ~ReadObserver() = default;
  // An answer was read to its end.
  virtual void on_answer_end(const std::string& id, const Cursor& place) = 0;
  // An answer does not contain the place to continue from, so one that reaches further back is
  // needed.
  virtual void on_place_missing(const std::string& id, const Cursor& place) = 0;
  // An answer broke off, or a file cannot be read.
  virtual void on_failure(const std::string& id, const Cursor& place, const std::string& why) = 0;
  // An answer is open but gave nothing for a while.
  virtual void on_silence(const std::string& id, const Cursor& place) = 0;
  // No answer is open, and the wake-up stream received this many new records.
  virtual void on_new_records(const std::string& id, const Cursor& place, uint64_t records) = 0;
  virtual void on_wakeups_end(const std::string& id, const Cursor& place) = 0;
};

class ReadLoop {
 public:
  struct Options {
    MakePipeline make_pipeline;
    size_t max_line_bytes = 256u << 10;
    std::string source_prefix = "docker/";   // in front of the container's id
    Duration busy_wait = 25 * kMillisecond;  // between rounds that give little
    Duration silence = 60 * kSecond;  // then on_silence is called; doubles while the silence lasts
  };
  // Commands to the loop. A log is open from the first of them until Remove.
  struct ReadFiles {
    Container container;
    std::string path;
    LogFileFormat format;
  };
  struct ReadAnswer {
    Container container;
    std::unique_ptr<net::HttpStream> answer;
    bool everything;  // it has no limit, so records not in it are lost
  };
  struct WatchForNew {
    Container container;
    std::unique_ptr<net::HttpStream> records;  // see WakeupStream
  };
  struct Update {  // gives the container a new name or labels
    Container container;
  };
  struct EndRun {  // passes on held lines once all is read; the container may run again
    std::string id;
  };
  struct Remove {  // reads the removed container's log to the end, then forgets it
    std::string id;
  };
  using Command = std::variant<ReadFiles, ReadAnswer, WatchForNew, Update, EndRun, Remove>;

  // Starts the thread. Borrows everything.
  ReadLoop(Spool& spool, SpoolWakeup& wakeup, const Clock& clock, AgentMetrics& metrics,
           Diagnostics& diagnostics, Options options);
  ~ReadLoop();
  // Ends the thread; everything read is in the spool. Later commands have no effect.
  void stop();
  // Must be called before the first command; the observer must exist until the loop is stopped.
  void report_to(ReadObserver& observer) { observer_ = &observer; }
  // Any thread; commands are executed in order.
  void tell(Command command);
  std::string source_of(const std::string& id) const { return options_.source_prefix + id; }

 private:
  void wake();
  void run();
  void run_commands();
  void run_command(ReadFiles& command);
  void run_command(ReadAnswer& command);
  void run_command(WatchForNew& command);
  void run_command(Update& command);
  void run_command(EndRun& command);
  void run_command(Remove& command);
  FollowedLog& open(const Container& container);
  FollowedLog* find(const std::string& id);
  void forget(FollowedLog& log);
  void make_ready(FollowedLog& log);
  // Delays its turn until log.paused_until(); until then its connection does not wake the loop.
  void pause(FollowedLog& log);
  void resume(FollowedLog& log);
  void watch(FollowedLog& log, const std::string& path);
  void poll_fd(int fd, FollowedLog& log);
  void unpoll_fd(int fd);
  // Sets the timer for the next look at the log.
  void schedule(FollowedLog& log) { timers_.set(&log, log.next_due()); }

  void wait(int64_t now);
  void on_readable(int fd);
  void on_due(FollowedLog& log, int64_t now);
  void read_watches();
  void read_wakeups(FollowedLog& log);
  // Gives every ready log a turn. Returns the bytes read.
  size_t round();
  size_t take_turn(FollowedLog& log);
  void finish(FollowedLog& log);
  // Commits to the spool, however long it takes. Returns false when stopping.
  bool commit(FollowedLog& log);

  SpoolWakeup& wakeup_;
  const Clock& clock_;
  AgentMetrics& metrics_;
  Diagnostics& diagnostics_;
  const Options options_;
  GroupWriter writer_;
  LogFileBuffers buffers_;
  const LogContext context_;
  std::atomic<bool> stop_{false};
  WaitForRoom room_;
  ReadObserver* observer_ = nullptr;
  int wake_fd_ = -1, poll_fd_ = -1;
  Mutex mutex_;
  std::vector<Command> commands_ GUARDED_BY(mutex_);
  // Only for the thread.
  FolderWatches watches_;
  std::map<std::string, std::unique_ptr<FollowedLog>> logs_;  // by id
  std::map<int, FollowedLog*> by_watch_;
  std::map<int, FollowedLog*> by_fd_;
  TimerQueue<FollowedLog*> timers_;
  std::deque<std::string> ready_;  // ids
  std::thread thread_;
};

}  // namespace logsvc::agent
