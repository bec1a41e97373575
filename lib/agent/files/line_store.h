// Receives the entries of a reader of files or of the journal, and the place behind them: the spool
// or, with --dry-run, the terminal. For one thread at a time.
#pragma once

#include <string>

#include "agent/pipeline/target_pipeline.h"
#include "base/result.h"

namespace logsvc::agent {

class LineStore {
 public:
  virtual ~LineStore() = default;
  // Returns the place up to which the source was read; empty: nowhere yet.
  virtual std::string position(const std::string& source) = 0;
  virtual LineSink& sink() = 0;
  // Makes everything given to the sink since the last commit safe, together with the place, and
  // waits while there is no room. Returns false when the agent is stopping; then nothing is safe.
  virtual bool commit(const std::string& source, const std::string& position) = 0;
  // Does the same without waiting. On an error (kNoSpace) nothing is safe, and what was given to
  // the sink belongs to the next commit, which must be for the same source.
  virtual Status try_commit(const std::string& source, const std::string& position) {
    if (commit(source, position)) return {};
    return Error{ErrorCode::kUnavailable, "the agent is stopping"};
  }
  // Makes what was committed survive a power cut as well. Any thread.
  virtual Status sync() { return {}; }
};

}  // namespace logsvc::agent
