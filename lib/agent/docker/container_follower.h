// Decides how one container's log is read, from its files or through answers of the API, and what
// comes next. ReadLoop only opens what this class tells it to.
//
//   kListed → kByFile                                    its files can be opened
//   kListed → kFollowing → kAnswering → kEnded           by the API, a log that does not rotate
//   kListed → kAnswering ⇄ kNotified, at last kEnded     by the API, a log that rotates
//
// A followed answer may end with unread records, so one that is not followed is read after it. An
// answer that does not contain the place to continue from is requested again with more in it. A
// log that rotates must not be followed (WakeupStream says why): its answers are read one after the
// other, whenever the wake-up stream shows that something is new.
//
// Lives on the watcher's thread, which waits for Docker's answers here.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "agent/common/agent_metrics.h"
#include "agent/docker/docker_client.h"
#include "agent/docker/network_directory.h"
#include "agent/docker/read_loop.h"
#include "agent/docker/watched_containers.h"

namespace logsvc::agent {

enum class ReadBy { kAuto, kApi, kFile };

// Shared by all followers of a Docker host; outlives them.
struct FollowerContext {
  DockerClient& docker;
  ReadLoop& loop;
  Spool& spool;
  const Clock& clock;
  AgentMetrics& metrics;
  Diagnostics& diagnostics;
  NetworkDirectory& networks;
  WatchedContainers& shown;
  std::string& docker_root;  // where the daemon keeps its files; empty: not requested yet
  ReadBy read_by;
  // Returns whether a container is to be read at all.
  const std::function<bool(const Container&)>& wanted;
  const std::atomic<bool>& stop;
};

class ContainerFollower {
 public:
  static constexpr int64_t kNever = INT64_MAX;
  enum class State {
    kListed,      // nothing is read: it has not started yet, or another attempt is due
    kUnwanted,    // it is not to be read; asked again when its name changes
    kUnreadable,  // its log cannot be read; tried again when it starts
    kByFile,      // its files are read
    kAnswering,   // an answer that ends is being read
    kFollowing,   // an answer is being read that lasts as long as the container runs
    kNotified,    // all is read; the wake-up stream reports new records
    kEnded,       // the container has ended and its log is read to the end
    kGone,        // nothing is left to do for it
  };

  ContainerFollower(const FollowerContext& context, std::string id)
      : context_(context), id_(std::move(id)) {}

  State state() const { return state_; }
  // Looks at the container's current state and starts or continues reading as needed. started: the
  // container has just been started, or may have been.
  void look(bool started);
  // Returns when look() is due again, in Clock::steady_ns(); kNever: only after an event.
  int64_t retry_at() const { return retry_at_; }
  // Docker reports that the container has ended.
  void on_run_end();
  // Docker has removed the container.
  void on_removal();

  // These handle the loop's reports: see ReadObserver.
  void on_answer_end(const Cursor& place);
  void on_place_missing(const Cursor& place);
  void on_failure(const Cursor& place, const std::string& why);
  void on_silence(const Cursor& place);
  void on_new_records(const Cursor& place, uint64_t records);
  void on_wakeups_end(const Cursor& place);

 private:
  static constexpr uint64_t kTailRecords = 64;  // usually contain the place at no cost
  // How far back an answer reaches; if the place is not in it, the next value is used.
  enum class Lookback { kTail, kSince, kEverything };

  bool has_answer() const { return state_ == State::kAnswering || state_ == State::kFollowing; }
  void note_place(const Cursor& place);
  Result<Container> inspect() const;
  // Does the same, and on an error schedules another attempt or ends the reading.
  bool inspect_or_retry(Container& out);
  void begin(const Container& container, bool started);
  bool read_files(const Container& container);
  std::string log_file_of(const Container& container, LogFileFormat& format) const;
  // Reads a running container: follows it, or reads answers beside a wake-up stream.
  void open_running(const Container& container);
  void open_answer(const Container& container, bool follow, Lookback lookback,
                   uint64_t tail = kTailRecords);
  // Reads records that were reported while they could not be read.
  void read_missed(const Container& container, uint64_t records);
  LogRequest request_of(const Container& container, bool follow, Lookback& lookback,
                        uint64_t tail) const;
  void on_answer_error(const Container& container, const Error& error);
  // Returns the time of the newest record, through a separate answer; 0: not known.
  Timestamp newest_record(const Container& container) const;
  void stop_unreadable(const Container& container, const std::string& why);
  void retry_later();

  const FollowerContext& context_;
  const std::string id_;
  State state_ = State::kListed;
  bool inspected_ = false;               // Docker has known it
  bool has_wakeups_ = false;             // a wake-up stream is open
  uint64_t missed_records_ = 0;          // reported while an answer was being read
  Lookback lookback_ = Lookback::kTail;  // of the answer being read
  Cursor place_;                         // of the last record read
  int64_t retry_at_ = kNever;
  int failures_ = 0;  // in a row
};

}  // namespace logsvc::agent
