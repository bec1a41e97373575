// Owns what is known and decided of one container: whether its log is read, from its files or by
// answers of the API, and what comes next. ReadLoop only has open what it is told to.
//
//   kListed → kByFile                                    its files can be opened
//   kListed → kFollowing → kAnswering → kEnded           by the API, a log that does not rotate
//   kListed → kAnswering ⇄ kNotified, at last kEnded     by the API, a log that rotates
//
// An answer may end with records unread, so one more that does not follow is read behind each that
// follows. An answer that does not hold the place to go on from is asked for again with more in it.
// A log that rotates is not to be followed (WakeupStream says why): answers are read one after the
// other, whenever the wake-up stream tells that there is something new.
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

// What all followers of a Docker host share; outlives them.
struct FollowerContext {
  DockerClient& docker;
  ReadLoop& loop;
  Spool& spool;
  const Clock& clock;
  AgentMetrics& metrics;
  Diagnostics& diagnostics;
  NetworkDirectory& networks;
  WatchedContainers& shown;
  std::string& docker_root;  // where the daemon keeps its files; empty: not asked yet
  ReadBy read_by;
  // Whether a container is to be read at all.
  const std::function<bool(const Container&)>& wanted;
  const std::atomic<bool>& stop;
};

class ContainerFollower {
 public:
  static constexpr int64_t kNever = INT64_MAX;
  enum class State {
    kListed,      // nothing is read: it was not started yet, or reading is to be tried again
    kUnwanted,    // it is not to be read; asked again when its name changes
    kUnreadable,  // its log cannot be read; tried again when it is started
    kByFile,      // its files are read
    kAnswering,   // an answer that ends is being read
    kFollowing,   // an answer that goes on as long as the container runs
    kNotified,    // all is read; the wake-up stream tells of more
    kEnded,       // the container does not run, and its log is read to the end
    kGone,        // there is nothing more to do for it
  };

  ContainerFollower(const FollowerContext& context, std::string id)
      : context_(context), id_(std::move(id)) {}

  State state() const { return state_; }
  // Looks at the container as it is now, and reads, or goes on reading, as it wants. started: it
  // has been started just now, or may have been.
  void look(bool started);
  // When look() is due again, in Clock::steady_ns(); kNever: when something happens.
  int64_t retry_at() const { return retry_at_; }
  // Docker says that the container has ended.
  void on_run_end();
  // Docker has removed the container.
  void on_removal();

  // What the loop says: see ReadObserver.
  void on_answer_end(const Cursor& place);
  void on_place_missing(const Cursor& place);
  void on_failure(const Cursor& place, const std::string& why);
  void on_silence(const Cursor& place);
  void on_new_records(const Cursor& place, uint64_t records);
  void on_wakeups_end(const Cursor& place);

 private:
  static constexpr uint64_t kTailRecords = 64;  // usually hold the place, and cost nothing
  // How far back an answer goes; the next kind if the place is not in it.
  enum class Lookback { kTail, kSince, kEverything };

  bool has_answer() const { return state_ == State::kAnswering || state_ == State::kFollowing; }
  void note_place(const Cursor& place);
  Result<Container> inspect() const;
  // The same; on an error it has been seen to that reading goes on some time, or ends.
  bool inspect_or_retry(Container& out);
  void begin(const Container& container, bool started);
  bool read_files(const Container& container);
  std::string log_file_of(const Container& container, LogFileFormat& format) const;
  // Reads a container that runs: follows, or reads what there is beside a wake-up stream.
  void open_running(const Container& container);
  void open_answer(const Container& container, bool follow, Lookback lookback,
                   uint64_t tail = kTailRecords);
  // Behind records that were told of while they could not be read.
  void read_missed(const Container& container, uint64_t records);
  LogRequest request_of(const Container& container, bool follow, Lookback& lookback,
                        uint64_t tail) const;
  void on_answer_error(const Container& container, const Error& error);
  // The time of the newest record, by an answer of its own; 0: not known.
  Timestamp newest_record(const Container& container) const;
  void stop_unreadable(const Container& container, const std::string& why);
  void retry_later();

  const FollowerContext& context_;
  const std::string id_;
  State state_ = State::kListed;
  bool inspected_ = false;               // it has been there
  bool has_wakeups_ = false;             // a wake-up stream is open
  uint64_t missed_records_ = 0;          // told of while an answer was being read
  Lookback lookback_ = Lookback::kTail;  // of the answer that is read
  Cursor place_;                         // of the last record read
  int64_t retry_at_ = kNever;
  int failures_ = 0;  // in a row
};

}  // namespace logsvc::agent
