// The pipelines of a source whose lines have their own labels (a journal, syslog), one per label
// set. For one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "agent/jobs/job.h"
#include "agent/pipeline/target_pipeline.h"

namespace logsvc::agent {

class LabelledPipelines {
 public:
  explicit LabelledPipelines(std::shared_ptr<const Job> job) : job_(std::move(job)) {}

  // Returns the pipeline for lines with these discovered labels; nullptr if the rules drop them or
  // leave no label. At most 1000 exist at once; when there are more, all are flushed into the sink
  // and opened again as needed.
  TargetPipeline* of(const Labels& discovered, LineSink& sink);

  void flush_due(int64_t steady_ns, LineSink& sink);
  void flush_all(LineSink& sink);
  int64_t next_due() const;
  int64_t paused_until() const;
  std::optional<uint64_t> oldest_held() const;

 private:
  const std::shared_ptr<const Job> job_;
  std::map<Labels, std::unique_ptr<TargetPipeline>> pipelines_;  // by labels after the rules
};

}  // namespace logsvc::agent
