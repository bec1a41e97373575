#include "agent/pipeline/stage.h"

#include <algorithm>

namespace logsvc::agent {

void StageChain::run_from(size_t at, PipelineEntry& entry, const Next& out) {
  for (; at < stages_.size(); ++at) {
    auto& [name, stage] = stages_[at];
    if (observer_) observer_->before(name, depth_, entry);
    if (!stage->passes_on()) {
      const bool passed = stage->run(entry);
      if (observer_) observer_->after(name, depth_, passed ? &entry : nullptr);
      if (!passed) return;
      continue;
    }
    bool any = false;
    auto rest = [&](PipelineEntry& e) {
      any = true;
      if (observer_) observer_->after(stages_[at].name, depth_, &e);
      run_from(at + 1, e, out);
    };
    stage->process(entry, Next(rest));
    if (observer_ && !any) observer_->after(name, depth_, nullptr);
    return;
  }
  out(entry);
}

template <typename Use>
void StageChain::each(const Next& out, Use use) {
  for (size_t at = 0; at < stages_.size(); ++at) {
    auto rest = [&](PipelineEntry& e) { run_from(at + 1, e, out); };
    use(*stages_[at].stage, Next(rest));
  }
}

void StageChain::flush_due(int64_t steady_ns, const Next& out) {
  each(out, [&](Stage& stage, const Next& next) { stage.flush_due(steady_ns, next); });
}

void StageChain::flush_all(const Next& out) {
  each(out, [](Stage& stage, const Next& next) { stage.flush_all(next); });
}

int64_t StageChain::next_due() const {
  int64_t out = Stage::kNever;
  for (const Named& named : stages_) out = std::min(out, named.stage->next_due());
  return out;
}

std::optional<uint64_t> StageChain::oldest_held() const {
  std::optional<uint64_t> out;
  for (const Named& named : stages_) {
    const auto held = named.stage->oldest_held();
    if (held && (!out || *held < *out)) out = held;
  }
  return out;
}

int64_t StageChain::paused_until() const {
  int64_t out = 0;
  for (const Named& named : stages_) out = std::max(out, named.stage->paused_until());
  return out;
}

std::unique_ptr<StageChain> StageProgram::instantiate(StageObserver* observer, int depth) const {
  std::vector<StageChain::Named> stages;
  for (const Named& named : stages_) {
    stages.push_back({named.name, named.make(observer, depth + 1)});
  }
  return std::make_unique<StageChain>(std::move(stages), observer, depth);
}

}  // namespace logsvc::agent
