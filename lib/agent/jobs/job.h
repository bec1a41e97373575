// A compiled scrape config: its relabel rules, and pipelines for its targets.
//
// The pipelines of a job share what its targets share (rate limits, metrics); everything else
// belongs to one pipeline. Safe from several threads; pipelines may outlive their job.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/promtail_config.h"
#include "agent/pipeline/geo_database.h"
#include "agent/pipeline/target_pipeline.h"
#include "masking/masker.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

// Borrowed by pipelines; must outlive them.
struct PipelineContext {
  const Clock& clock;
  Metrics& metrics;
  Diagnostics& diagnostics;
  std::string host;  // the label host of automatic pipelines
  // Shared by jobs that are compiled with this context, or with copies of it.
  std::shared_ptr<GeoDatabases> databases = std::make_shared<GeoDatabases>();
  std::shared_ptr<const masking::Masker> masker = nullptr;  // null: nothing is hidden
};

class OutputLimits;
class RelabelRules;
class StageObserver;
class StageProgram;

class Job {
 public:
  // Compiles a scrape config into a job and adds to `warnings`. Returns kInvalid with file, line
  // and what is wrong with a stage.
  static Result<std::shared_ptr<const Job>> compile(const ScrapeConfig& config,
                                                    std::shared_ptr<OutputLimits> limits,
                                                    const PipelineContext& context,
                                                    std::vector<std::string>& warnings);

  // Returns the job for containers without any configuration.
  static std::shared_ptr<const Job> automatic(std::shared_ptr<OutputLimits> limits,
                                              const PipelineContext& context);

  const std::string& name() const { return name_; }

  // Applies the relabel rules to discovered labels, including __meta_docker_… (for Docker with
  // __meta_docker_container_log_stream, "stdout" or "stderr"). Returns nullopt if the target is
  // dropped. The result is sorted by name and still has the labels that begin with __.
  std::optional<Labels> relabel(Labels discovered) const;

  // Returns whether the rules keep the target and its container is not labelled
  // logsvc.enable=false.
  bool keeps(const Labels& discovered) const;

  // Opens a target's pipeline; returns nullptr if the rules drop it, or its container is labelled
  // logsvc.enable=false. `extra` are labels set after the rules (filename). observer: may be null;
  // must outlive the pipeline.
  std::unique_ptr<TargetPipeline> open(const Labels& discovered, const Labels& extra = {},
                                       StageObserver* observer = nullptr) const;
  // Opens a pipeline with these labels for lines without a target; no rule is applied, and lines
  // without labels get none.
  std::unique_ptr<TargetPipeline> open_unruled(Labels labels, StageObserver* observer) const;

 private:
  Job(std::string name, const PipelineContext& context)
      : name_(std::move(name)), context_(context) {}
  const std::string name_;
  const PipelineContext context_;
  std::shared_ptr<const RelabelRules> rules_;
  std::unique_ptr<TargetPipeline> open_automatic(const Labels& discovered, Labels labels,
                                                 StageObserver* observer) const;
  std::unique_ptr<TargetPipeline> open_labelled(const Labels& discovered, Labels labels,
                                                StageObserver* observer) const;
  std::shared_ptr<const StageProgram> program_;  // null: automatic
  // Run around the automatic pipeline; null: none.
  std::shared_ptr<const StageProgram> before_, after_;
  bool keep_colours_ = false, explain_ = false;
  // Containers that get no label from rules or stages get the usual ones and are understood without
  // configuration, because servers refuse lines without labels.
  bool labels_containers_ = false;
  std::shared_ptr<OutputLimits> limits_;
};

// Returns the labels of lines without a target: those of the static_configs except control labels.
Labels stream_labels(const ScrapeConfig& config);

// Compiles the jobs of a configuration, in its order. Returns kInvalid with all problems, one per
// line.
Result<std::vector<std::shared_ptr<const Job>>> compile_jobs(const PromtailConfig& config,
                                                             const PipelineContext& context,
                                                             std::vector<std::string>& warnings);

}  // namespace logsvc::agent
