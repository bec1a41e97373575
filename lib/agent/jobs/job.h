// One scrape config made ready: its relabel rules, and pipelines for its targets.
//
// What the targets of a job share (rate limits, metrics) is shared by their pipelines; everything
// else is a pipeline's own. Safe from several threads; pipelines may outlive their job.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/promtail_config.h"
#include "agent/pipeline/geo_database.h"
#include "agent/pipeline/target_pipeline.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

// What pipelines borrow; must outlive them.
struct PipelineContext {
  const Clock& clock;
  Metrics& metrics;
  Diagnostics& diagnostics;
  std::string host;  // the label host of automatic pipelines
  // Shared by jobs that are compiled with it, or with copies of it.
  std::shared_ptr<GeoDatabases> databases = std::make_shared<GeoDatabases>();
};

class OutputLimits;
class RelabelRules;
class StageObserver;
class StageProgram;

class Job {
 public:
  // The job of a scrape config; `warnings` takes what is odd in it. kInvalid with file, line and
  // what is wrong with a stage.
  static Result<std::shared_ptr<const Job>> compile(const ScrapeConfig& config,
                                                    std::shared_ptr<OutputLimits> limits,
                                                    const PipelineContext& context,
                                                    std::vector<std::string>& warnings);

  // The job of containers without any configuration.
  static std::shared_ptr<const Job> automatic(std::shared_ptr<OutputLimits> limits,
                                              const PipelineContext& context);

  const std::string& name() const { return name_; }

  // Discovered labels, __meta_docker_… and all (for Docker with __meta_docker_container_log_stream,
  // "stdout" or "stderr"), after the relabel rules; nullopt: the target is dropped.
  // Labels that begin with __ are still there. Sorted by name.
  std::optional<Labels> relabel(Labels discovered) const;

  // Whether the rules keep the target, and its container does not say logsvc.enable=false.
  bool keeps(const Labels& discovered) const;

  // The pipeline of a target; nullptr: the rules drop it, or its container says
  // logsvc.enable=false. `extra` are labels set after the rules (filename). observer: may be null;
  // must outlive the pipeline.
  std::unique_ptr<TargetPipeline> open(const Labels& discovered, const Labels& extra = {},
                                       StageObserver* observer = nullptr) const;
  // The pipeline of lines that are of no target, with these labels; no rule is asked, and lines
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
  // Around the automatic pipeline; null: none.
  std::shared_ptr<const StageProgram> before_, after_;
  bool keep_colours_ = false, explain_ = false;
  // Containers that neither rules nor stages give a label get the usual ones, and are understood
  // without configuration: servers refuse lines without any.
  bool labels_containers_ = false;
  std::shared_ptr<OutputLimits> limits_;
};

// The labels of lines that come from no target: those of the static_configs, but for what steers.
Labels stream_labels(const ScrapeConfig& config);

// The jobs of a configuration, in its order. kInvalid with the faults of all of them, one a line.
Result<std::vector<std::shared_ptr<const Job>>> compile_jobs(const PromtailConfig& config,
                                                             const PipelineContext& context,
                                                             std::vector<std::string>& warnings);

}  // namespace logsvc::agent
