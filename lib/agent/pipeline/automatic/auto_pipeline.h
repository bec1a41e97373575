// Understands lines without configuration: tells JSON, logfmt and plain text apart, finds level,
// service and time, joins stack traces, and removes colours. Otherwise a line stays as printed.
//
// Stages may run on each line before it is understood and on each entry after. What the stages
// before have set stays: a label level or service, a time, metadata.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "agent/pipeline/automatic/block_rules.h"
#include "agent/pipeline/automatic/event_time.h"
#include "agent/pipeline/automatic/line_reading.h"
#include "agent/pipeline/output.h"
#include "agent/pipeline/stage.h"
#include "agent/pipeline/target_pipeline.h"

namespace logsvc::agent {

struct AutoOptions {
  Labels labels;           // added to every line, sorted by name
  std::string service;     // the label service of lines without one; empty: no such label
  std::string_view level;  // the label level of lines without one; a constant
  bool join_blocks = true;
  bool keep_colours = false;  // leaves terminal sequences in the line
  bool explain = false;       // metadata level_from, service_from and time_from show what decided
  std::optional<GoRegex> first_line;              // begins a block by the container's own rule
  std::shared_ptr<const masking::Masker> masker;  // null: nothing is hidden
};

// Either may be null.
struct AutoStages {
  std::unique_ptr<StageChain> before, after;
};

class AutoPipeline : public TargetPipeline {
 public:
  // observer: may be null; must outlive the pipeline.
  AutoPipeline(AutoOptions options, std::shared_ptr<OutputLimits> limits, AutoStages stages = {},
               StageObserver* observer = nullptr);

  void process(const InputLine& line, int64_t steady_ns, LineSink& sink) override;
  void flush_due(int64_t steady_ns, LineSink& sink) override;
  void flush_all(LineSink& sink) override;
  int64_t next_due() const override;
  std::optional<uint64_t> oldest_held() const override;
  int64_t paused_until() const override;

 private:
  // Set by the stages before.
  struct StagedFields {
    Labels labels, metadata;
    bool has_time = false;
  };
  struct Block {
    LineReading first;
    Timestamp time = 0;
    std::string text;
    size_t lines = 1;
    uint64_t sequence = 0;
    int64_t due_ns = 0;
    std::optional<StagedFields> given;
  };
  void process_staged(PipelineEntry& entry, LineSink& sink);
  void read(const InputLine& line, std::optional<StagedFields> given, LineSink& sink);
  void add_plain(std::string_view text, std::string_view clean, LineReading reading,
                 const InputLine& line, std::optional<StagedFields> given, LineSink& sink);
  void flush(LineSink& sink);
  void emit(const LineReading& reading, Timestamp arrival, std::string_view text, uint64_t sequence,
            const std::optional<StagedFields>& given, LineSink& sink);
  void explain(const LineReading& reading, const EventTime& when);
  // Returns the label service that a line gives its stream; empty: the target's own.
  std::string_view service_of(const LineReading& reading);
  const Labels& labels_for(const LineReading& reading);
  Labels labels_beside(const Labels& given, const LineReading& reading);

  const AutoOptions options_;
  Output output_;
  const AutoStages stages_;
  StageObserver* const observer_;
  EventClock clock_;
  BlockRules rules_;
  std::optional<Block> block_;
  std::map<std::string, Labels, std::less<>> label_sets_;  // by level and service
  std::set<std::string, std::less<>> services_, loggers_;  // named by lines so far
  std::string repaired_, clean_, key_;
  PipelineEntry entry_, staged_;
};

// Returns the labels and rules from a container's discovered labels (__meta_docker_…), with the
// label host and the container's own logsvc.multiline and logsvc.labels.*. Returns kInvalid if its
// rule for blocks does not compile; the options are then those without the rule.
AutoOptions container_options(const Labels& discovered, const std::string& host,
                              std::string& warning);

}  // namespace logsvc::agent
