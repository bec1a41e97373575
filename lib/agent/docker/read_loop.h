// One thread that reads all containers' logs: it sleeps until a file or a connection has something,
// gives each log a turn, and has what was read in the spool before it goes on.
//
// Files are watched by inotify, connections by epoll; nothing is polled but where inotify cannot
// watch. When the spool is full everything waits: Docker keeps the lines.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "agent/docker/container_log.h"
#include "agent/spool/full_spool.h"
#include "agent/spool/spool_wakeup.h"
#include "base/mutex.h"

namespace logsvc::agent {

class ReadLoop {
 public:
  struct Report {
    enum class Kind {
      kStreamEnded,
      kAnchorMissing,
      kBroken,
      kSilent,  // a connection gave nothing for a while
      kBell,    // something new is to be read; `records` of it have been seen
      kBellEnded,
      kFinished,  // everything of an ended container is in the spool
    };
    std::string id;
    Kind kind;
    Cursor cursor;
    std::string why;
    uint64_t records = 0;
  };
  struct Options {
    MakePipeline make_pipeline;
    size_t max_line_bytes = 256u << 10;
    std::string source_prefix = "docker/";   // of sources, before the container's id
    Duration busy_wait = 25 * kMillisecond;  // between rounds that give little
    Duration silence = 60 * kSecond;         // then kSilent; doubles while it lasts
  };

  // Starts the thread. Borrows everything.
  ReadLoop(Spool& spool, SpoolWakeup& wakeup, const Clock& clock, AgentMetrics& metrics,
           Diagnostics& diagnostics, Options options);
  ~ReadLoop();
  // Ends the thread; what was read is in the spool. Commands do nothing from then on.
  void stop();
  // Where reports go, from the loop's thread. Before the first command.
  void report_to(std::function<void(Report)> on_report) { on_report_ = std::move(on_report); }

  // For any thread; done in the order given.
  void read_files(Container container, std::string path, LogFileFormat format);
  void read_stream(Container container, std::unique_ptr<net::HttpStream> stream, bool everything);
  // A follow stream that only tells that there is something new: where files rotate it repeats and
  // leaves out records, so these are read by answers that do not follow.
  void hear_bell(Container container, std::unique_ptr<net::HttpStream> stream);
  // The next ring is wanted; one that was before counts. Rings are 250 ms apart at least.
  void listen(const std::string& id);
  // New name or labels.
  void update(Container container);
  // The container is not running: what is held back goes when all is read. It may run again.
  void end_run(const std::string& id);
  // The container is gone: read to the end, then forgotten.
  void remove(const std::string& id);
  std::string source_of(const std::string& id) const { return options_.source_prefix + id; }

 private:
  struct Bell {
    std::unique_ptr<net::HttpStream> stream;
    LogFrameDecoder decoder;
    uint64_t records = 0;    // since the last report
    bool listening = false;  // a report is wanted
    int64_t not_before = 0;  // steady_ns
  };
  struct Entry {
    explicit Entry(const LogContext& context, std::string source, Container c)
        : log(context, std::move(source), std::move(c)) {}
    ContainerLog log;
    bool ready = false;    // in ready_
    bool ended = false;    // flush at the end of what there is
    bool removed = false;  // then forget
    int watch = -1;        // of inotify
    int64_t silent_at = 0;
    Duration silence = 0;
    std::unique_ptr<Bell> bell;
  };

  void post(std::function<void()> command);
  void run();
  void run_commands();
  Entry& entry(const Container& container);
  Entry* find(const std::string& id);
  void make_ready(Entry& e);
  void watch(Entry& e, const std::string& path);
  void forget(const std::string& id);
  void wait(int64_t now);
  // Those whose pause is over are ready again.
  void end_pauses(int64_t now);
  void read_watches();
  // Gives every log that is ready a turn; the bytes read.
  size_t round();
  size_t turn(Entry& e);
  void finish(Entry& e);
  void flush_due(int64_t now);
  void check_silence(int64_t now);
  // Reads what the bell has; reports it if that is wanted and due.
  void ring(Entry& e);
  // Into the spool, however long it takes. False: stopping.
  bool commit(Entry& e);
  void report(Entry& e, Report::Kind kind, std::string why = "");

  SpoolWakeup& wakeup_;
  const Clock& clock_;
  AgentMetrics& metrics_;
  Diagnostics& diagnostics_;
  const Options options_;
  GroupWriter writer_;
  LogFileBuffers buffers_;
  const LogContext context_;
  std::function<void(Report)> on_report_ = [](Report) {};
  int wake_fd_ = -1, poll_fd_ = -1, watch_fd_ = -1;
  std::atomic<bool> stop_{false};
  WaitForRoom room_;
  Mutex mutex_;
  std::vector<std::function<void()>> commands_ GUARDED_BY(mutex_);
  // The thread's alone.
  std::map<std::string, std::unique_ptr<Entry>> entries_;
  std::map<int, std::string> by_watch_;
  std::map<int, std::string> by_fd_;
  std::deque<std::string> ready_;
  std::set<std::string> holding_;    // with lines that wait for their time
  std::set<std::string> rung_;       // bells whose report is not due yet
  std::set<std::string> paused_;     // ready, but a limit of rate wants them to wait
  std::set<std::string> unwatched_;  // files that are looked at now and then
  int64_t next_poll_ = 0, next_silence_check_ = 0;
  std::thread thread_;
};

}  // namespace logsvc::agent
