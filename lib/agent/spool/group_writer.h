// Turns a source's entries into groups of the spool, one per tenant, which it appends together with
// the position. A thread that reads many sources uses one for all of them in turn. Not safe from
// several threads.
#pragma once

#include <map>
#include <string>

#include "agent/pipeline/target_pipeline.h"
#include "agent/spool/spool.h"
#include "wire/push_builder.h"

namespace logsvc::agent {

class GroupWriter : public LineSink {
 public:
  explicit GroupWriter(Spool& spool) : spool_(spool) {}

  void add(const OutputLine& line) override;
  bool empty() const { return lines_ == 0; }
  uint64_t lines() const { return lines_; }
  size_t bytes() const { return bytes_; }

  // Appends the added lines and the position to the spool. `last_line` is the number of the
  // source's last line there and is advanced. On an error (kNoSpace) the lines are kept for another
  // try, which must be for the same source.
  Status commit(const std::string& source, const std::string& position, uint64_t& last_line,
                Timestamp now);

 private:
  struct Pending {
    std::string tenant;
    uint64_t lines;
    std::string block;
  };
  Spool& spool_;
  std::map<std::string, wire::PushBuilder, std::less<>> builders_;  // by tenant
  std::vector<Pending> pending_;                                    // left by a failed commit
  uint64_t lines_ = 0;
  size_t bytes_ = 0;
};

}  // namespace logsvc::agent
