// The end of every pipeline: it hides what is not to leave the host, turns an entry's labels into
// text and applies the limits of the process.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/pipeline/output_limits.h"
#include "agent/pipeline/pipeline_entry.h"
#include "agent/pipeline/target_pipeline.h"
#include "masking/masker.h"

namespace logsvc::agent {

class Output {
 public:
  // Both may be null.
  Output(std::shared_ptr<OutputLimits> limits, std::shared_ptr<const masking::Masker> masker)
      : limits_(std::move(limits)), masker_(std::move(masker)) {}

  void add(const PipelineEntry& entry, LineSink& sink);
  int64_t paused_until() const { return paused_until_; }

 private:
  struct Named {
    std::string text;    // {a="1"}
    std::string tenant;  // from the label __tenant_id__
  };
  const Named& named(const Labels& labels);
  void mask(OutputLine& line);

  const std::shared_ptr<OutputLimits> limits_;
  const std::shared_ptr<const masking::Masker> masker_;
  std::map<Labels, Named> names_;
  std::vector<LabelView> metadata_;
  std::string repaired_, masked_;
  std::vector<std::string> masked_values_;  // of metadata, by its place
  int64_t paused_until_ = 0;
};

}  // namespace logsvc::agent
