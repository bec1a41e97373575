// Lines without configuration: JSON, logfmt and plain text are told apart, level, service and time
// found, stack traces joined. The line stays as it was printed, colours and all; they are only out
// of the way while it is read.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/pipeline/automatic/block_rules.h"
#include "agent/pipeline/automatic/event_time.h"
#include "agent/pipeline/automatic/line_reading.h"
#include "agent/pipeline/output.h"
#include "agent/pipeline/target_pipeline.h"

namespace logsvc::agent {

struct AutoOptions {
  Labels labels;        // of every line, sorted by name
  std::string service;  // the label service where a line says none; empty: no such label
  bool join_blocks = true;
  std::optional<GoRegex> first_line;  // of blocks: the container's own rule
};

class AutoPipeline : public TargetPipeline {
 public:
  AutoPipeline(AutoOptions options, std::shared_ptr<OutputLimits> limits);

  void process(const InputLine& line, int64_t steady_ns, LineSink& sink) override;
  void flush_due(int64_t steady_ns, LineSink& sink) override;
  void flush_all(LineSink& sink) override { flush(sink); }
  int64_t next_due() const override { return block_ ? block_->due_ns : kNever; }
  std::optional<uint64_t> oldest_held() const override {
    return block_ ? std::optional(block_->sequence) : std::nullopt;
  }
  int64_t paused_until() const override { return output_.paused_until(); }

 private:
  struct Block {
    LineReading first;
    Timestamp time = 0;
    std::string text;
    size_t lines = 1;
    uint64_t sequence = 0;
    int64_t due_ns = 0;
  };
  void add_plain(std::string_view text, std::string_view clean, LineReading reading,
                 const InputLine& line, int64_t steady_ns, LineSink& sink);
  void flush(LineSink& sink);
  void emit(const LineReading& reading, std::string_view level, Timestamp docker_time,
            std::string_view text, LineSink& sink);
  const Labels& labels_for(std::string_view service, std::string_view level);

  const AutoOptions options_;
  Output output_;
  EventClock clock_;
  BlockRules rules_;
  std::optional<Block> block_;
  std::map<std::string, Labels, std::less<>> label_sets_;  // by level and service
  std::string repaired_, clean_, key_;
  PipelineEntry entry_;
};

// The labels and rules that a container's discovered labels (__meta_docker_…) make, with the label
// host and the container's own logsvc.multiline and logsvc.labels.*. kInvalid: its rule for blocks
// does not compile; the options are then those without it.
AutoOptions container_options(const Labels& discovered, const std::string& host,
                              std::string& warning);

}  // namespace logsvc::agent
