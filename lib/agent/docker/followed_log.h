// A container's log in the hands of ReadLoop: what is open, whether it has something to read, and
// when it is to be looked at without being called. For the loop's thread.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "agent/common/folder_watches.h"
#include "agent/docker/container_log.h"
#include "agent/docker/wakeup_stream.h"

namespace logsvc::agent {

struct FollowedLog {
  static constexpr int64_t kNever = INT64_MAX;
  enum class Turn {
    kNone,    // nothing to read is known of
    kInLine,  // it is in the loop's queue
    kPaused,  // a limit of rate wants it to wait: log.paused_until()
  };
  enum class AtEnd {  // when all there is has been read
    kWait,            // more may come
    kFlush,           // the container has ended: what is held back goes
    kForget,          // and nothing comes any more
  };

  FollowedLog(const LogContext& context, std::string source, Container container)
      : log(context, std::move(source), std::move(container)) {}

  const std::string& id() const { return log.container().id; }
  // When the loop is to look at it, in Clock::steady_ns(): lines that are held for a time, the end
  // of a pause, files that cannot be watched, new records to tell of, an answer that is silent.
  int64_t next_due() const {
    int64_t due = std::min(log.next_due(), next_look);
    if (turn == Turn::kPaused) due = std::min(due, log.paused_until());
    return std::min(due, log.has_stream() ? silent_at : wakeups ? wakeups->next_due() : kNever);
  }

  ContainerLog log;
  Turn turn = Turn::kNone;
  AtEnd at_end = AtEnd::kWait;
  int watch = FolderWatches::kNone;
  int64_t next_look = kNever;  // at files that cannot be watched
  Duration silence = 0;        // of an answer, after which it is told of
  int64_t silent_at = kNever;
  std::unique_ptr<WakeupStream> wakeups;  // of a log that rotates
};

}  // namespace logsvc::agent
