// The pipeline of a target whose job has stages; without any, lines pass unchanged.
#pragma once

#include <algorithm>
#include <memory>

#include "agent/pipeline/output.h"
#include "agent/pipeline/stage.h"
#include "agent/pipeline/target_pipeline.h"

namespace logsvc::agent {

class StagePipeline : public TargetPipeline {
 public:
  StagePipeline(std::unique_ptr<StageChain> chain, Labels labels,
                std::shared_ptr<OutputLimits> limits, std::shared_ptr<const masking::Masker> masker)
      : chain_(std::move(chain)),
        labels_(std::move(labels)),
        output_(std::move(limits), std::move(masker)) {}

  void process(const InputLine& line, int64_t steady_ns, LineSink& sink) override;
  void flush_due(int64_t steady_ns, LineSink& sink) override;
  void flush_all(LineSink& sink) override;
  int64_t next_due() const override { return chain_->next_due(); }
  std::optional<uint64_t> oldest_held() const override { return chain_->oldest_held(); }
  int64_t paused_until() const override {
    return std::max(chain_->paused_until(), output_.paused_until());
  }

 private:
  std::unique_ptr<StageChain> chain_;
  const Labels labels_;  // sorted by name
  Output output_;
  PipelineEntry entry_;
};

}  // namespace logsvc::agent
