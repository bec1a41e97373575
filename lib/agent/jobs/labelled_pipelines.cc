#include "agent/jobs/labelled_pipelines.h"

#include <algorithm>

namespace logsvc::agent {
namespace {

constexpr size_t kMaxPipelines = 1000;

}  // namespace

TargetPipeline* LabelledPipelines::of(const Labels& discovered, LineSink& sink) {
  auto after = job_->relabel(discovered);
  if (!after) return nullptr;
  std::erase_if(*after, [](const Label& label) { return label.name.starts_with("__"); });
  if (after->empty()) return nullptr;
  const auto known = pipelines_.find(*after);
  if (known != pipelines_.end()) return known->second.get();
  if (pipelines_.size() >= kMaxPipelines) {
    flush_all(sink);
    pipelines_.clear();
  }
  return pipelines_.emplace(std::move(*after), job_->open(discovered)).first->second.get();
}

void LabelledPipelines::flush_due(int64_t steady_ns, LineSink& sink) {
  for (auto& [labels, pipeline] : pipelines_) pipeline->flush_due(steady_ns, sink);
}

void LabelledPipelines::flush_all(LineSink& sink) {
  for (auto& [labels, pipeline] : pipelines_) pipeline->flush_all(sink);
}

int64_t LabelledPipelines::next_due() const {
  int64_t due = TargetPipeline::kNever;
  for (const auto& [labels, pipeline] : pipelines_) due = std::min(due, pipeline->next_due());
  return due;
}

int64_t LabelledPipelines::paused_until() const {
  int64_t until = 0;
  for (const auto& [labels, pipeline] : pipelines_)
    until = std::max(until, pipeline->paused_until());
  return until;
}

std::optional<uint64_t> LabelledPipelines::oldest_held() const {
  std::optional<uint64_t> oldest;
  for (const auto& [labels, pipeline] : pipelines_) {
    const auto held = pipeline->oldest_held();
    if (held && (!oldest || *held < *oldest)) oldest = held;
  }
  return oldest;
}

}  // namespace logsvc::agent
