#include "agent/pipeline/stage_pipeline.h"

namespace logsvc::agent {

void StagePipeline::process(const InputLine& line, int64_t steady_ns, LineSink& sink) {
  entry_.labels = labels_;
  entry_.metadata.clear();
  for (const LabelView& one : line.metadata)
    entry_.metadata.push_back({std::string(one.name), std::string(one.value)});
  entry_.extracted.clear();
  entry_.extract_labels();
  entry_.timestamp = entry_.read_time = line.time;
  entry_.line.assign(line.text);
  entry_.sequence = line.sequence;
  entry_.steady_ns = steady_ns;
  auto out = [&](PipelineEntry& entry) { output_.add(entry, sink); };
  chain_->process(entry_, Next(out));
}

void StagePipeline::flush_due(int64_t steady_ns, LineSink& sink) {
  if (chain_->next_due() > steady_ns) return;
  auto out = [&](PipelineEntry& entry) { output_.add(entry, sink); };
  chain_->flush_due(steady_ns, Next(out));
}

void StagePipeline::flush_all(LineSink& sink) {
  auto out = [&](PipelineEntry& entry) { output_.add(entry, sink); };
  chain_->flush_all(Next(out));
}

}  // namespace logsvc::agent
