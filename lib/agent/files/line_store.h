// Where a reader of files or of the journal puts entries, and the place behind them: the spool, or
// with --dry-run the terminal. For one thread at a time.
#pragma once

#include <string>

#include "agent/pipeline/target_pipeline.h"
#include "base/result.h"

namespace logsvc::agent {

class LineStore {
 public:
  virtual ~LineStore() = default;
  // Where reading of the source has come to; empty: nowhere yet.
  virtual std::string position(const std::string& source) = 0;
  virtual LineSink& sink() = 0;
  // What the sink was given since the last commit is safe, together with the place, when this
  // returns; it waits while there is no room. False: the agent is stopping, nothing is safe.
  virtual bool commit(const std::string& source, const std::string& position) = 0;
  // The same without waiting. On an error (kNoSpace) nothing is safe, and what the sink was given
  // is part of the next commit, which must be the same source's.
  virtual Status try_commit(const std::string& source, const std::string& position) {
    if (commit(source, position)) return {};
    return Error{ErrorCode::kUnavailable, "the agent is stopping"};
  }
  // What was committed survives a power cut, too, when this returns. Any thread.
  virtual Status sync() { return {}; }
};

}  // namespace logsvc::agent
