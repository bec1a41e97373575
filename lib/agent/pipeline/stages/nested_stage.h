// A stage with a chain of its own: the common part of match, docker and cri.
#pragma once

#include "agent/pipeline/stage.h"

namespace logsvc::agent {

class NestedStage : public Stage {
 public:
  explicit NestedStage(std::unique_ptr<StageChain> chain) : chain_(std::move(chain)) {}

  bool passes_on() const override { return true; }
  bool run(PipelineEntry&) override { return true; }  // process() is called instead
  void process(PipelineEntry& entry, const Next& next) override {
    entry.extract_labels();
    chain_->process(entry, next);
  }
  void flush_due(int64_t steady_ns, const Next& next) override {
    chain_->flush_due(steady_ns, next);
  }
  void flush_all(const Next& next) override { chain_->flush_all(next); }
  int64_t next_due() const override { return chain_->next_due(); }
  std::optional<uint64_t> oldest_held() const override { return chain_->oldest_held(); }
  int64_t paused_until() const override { return chain_->paused_until(); }

 private:
  std::unique_ptr<StageChain> chain_;
};

}  // namespace logsvc::agent
