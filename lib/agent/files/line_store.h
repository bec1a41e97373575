// Where a reader of files or of the journal puts entries, and the place behind them: the spool, or
// with --dry-run the terminal. For one thread.
#pragma once

#include <string>

#include "agent/pipeline/target_pipeline.h"

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
};

}  // namespace logsvc::agent
