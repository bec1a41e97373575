// The end of every pipeline: it turns an entry's labels into text and applies the limits of the
// process.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "agent/pipeline/output_limits.h"
#include "agent/pipeline/pipeline_entry.h"
#include "agent/pipeline/target_pipeline.h"

namespace logsvc::agent {

class Output {
 public:
  explicit Output(std::shared_ptr<OutputLimits> limits) : limits_(std::move(limits)) {}

  void add(const PipelineEntry& entry, LineSink& sink);
  int64_t paused_until() const { return paused_until_; }

 private:
  struct Named {
    std::string text;    // {a="1"}
    std::string tenant;  // from the label __tenant_id__
  };
  const Named& named(const Labels& labels);

  const std::shared_ptr<OutputLimits> limits_;
  std::map<Labels, Named> names_;
  std::vector<LabelView> metadata_;
  std::string repaired_;
  int64_t paused_until_ = 0;
};

}  // namespace logsvc::agent
