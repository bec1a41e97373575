// ReadLoop's state for one container's log: what is open, whether there is something to read, and
// when the loop looks at it without being woken. For the loop's thread.
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
    kNone,    // nothing is known to be ready
    kInLine,  // it is in the loop's queue
    kPaused,  // a rate limit makes it wait: log.paused_until()
  };
  enum class AtEnd {  // when all available records have been read
    kWait,            // more may come
    kFlush,           // the container has ended: pass on the lines held back
    kForget,          // also forget the log: nothing more comes
  };

  FollowedLog(const LogContext& context, std::string source, Container container)
      : log(context, std::move(source), std::move(container)) {}

  const std::string& id() const { return log.container().id; }
  // Returns when the loop has to look at the log, in Clock::steady_ns(): for lines that are held
  // for a time, the end of a pause, files that cannot be watched, new records to report, or an
  // answer that is silent.
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
  Duration silence = 0;        // how long an answer may be silent before it is reported
  int64_t silent_at = kNever;
  std::unique_ptr<WakeupStream> wakeups;  // for a log that rotates
};

}  // namespace logsvc::agent
