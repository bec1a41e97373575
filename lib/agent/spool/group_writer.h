// Entries of a source → groups of the spool, one a tenant, appended together with the position.
// One for a thread that reads many sources, one after the other. Not safe from several threads.
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

  // Appends what was added, and the position, to the spool; `last_line` is the number of the
  // source's last line there, and moves on. On an error (kNoSpace) the lines are kept for another
  // try: only then may they be given the same source again.
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
  std::vector<Pending> pending_;                                    // of a commit that failed
  uint64_t lines_ = 0;
  size_t bytes_ = 0;
};

}  // namespace logsvc::agent
