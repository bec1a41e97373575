#include "agent/jobs/job.h"

#include <algorithm>

#include "agent/pipeline/automatic/auto_pipeline.h"
#include "agent/pipeline/output_limits.h"
#include "agent/pipeline/relabel.h"
#include "agent/pipeline/stage_pipeline.h"
#include "agent/pipeline/stages/stage_compiler.h"
#include "extract/level.h"

namespace logsvc::agent {
namespace {

// Makes a label name that servers accept: letters, digits and _, no digit in front.
std::string sanitised(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (digit && out.empty()) out += '_';
    out += digit || letter ? c : '_';
  }
  return out;
}

// Returns null if there are no stages.
Result<std::shared_ptr<const StageProgram>> compile_list(
    const std::shared_ptr<const config::YamlNode>& list, const std::string& path,
    const PipelineContext& context, std::vector<std::string>& warnings) {
  if (!list) return std::shared_ptr<const StageProgram>();
  config::Problems problems(path);
  StageContext stages{context.clock, context.metrics, context.diagnostics, problems,
                      *context.databases};
  ASSIGN_OR_RETURN(StageProgram program, compile_stages(*list, stages));
  warnings.insert(warnings.end(), problems.warnings().begin(), problems.warnings().end());
  return std::make_shared<const StageProgram>(std::move(program));
}

// Returns the level of a journal entry whose line has none; empty for other lines.
std::string_view level_of_journal(const Labels& discovered) {
  const std::string* priority = find_label(discovered, "__journal_priority");
  return priority ? extract::level_of_value(*priority, extract::LevelNumbers::kSyslog)
                  : std::string_view();
}

bool is_switched_off(const Labels& discovered) {
  const std::string* enabled =
      find_label(discovered, "__meta_docker_container_label_logsvc_enable");
  return enabled && *enabled == "false";
}

}  // namespace

Result<std::shared_ptr<const Job>> Job::compile(const ScrapeConfig& config,
                                                std::shared_ptr<OutputLimits> limits,
                                                const PipelineContext& context,
                                                std::vector<std::string>& warnings) {
  auto out = std::shared_ptr<Job>(new Job(config.job_name, context));
  ASSIGN_OR_RETURN(RelabelRules rules, RelabelRules::compile(config.relabel));
  out->rules_ = std::make_shared<const RelabelRules>(std::move(rules));
  out->limits_ = std::move(limits);
  if (config.automatic) {
    const AutomaticConfig& around = config.around;
    ASSIGN_OR_RETURN(out->before_, compile_list(around.before, config.path, context, warnings));
    ASSIGN_OR_RETURN(out->after_, compile_list(around.after, config.path, context, warnings));
    out->keep_colours_ = around.keep_colours;
    out->explain_ = around.explain;
    return std::shared_ptr<const Job>(std::move(out));
  }
  out->labels_containers_ = !config.stages && !config.docker.empty();
  if (out->labels_containers_ && config.relabel.empty()) {
    warnings.push_back(config.path + ": job " + config.job_name +
                       ": no relabel_configs and no pipeline_stages give its containers' lines a "
                       "label, without which servers refuse them: they get the usual ones");
  }
  ASSIGN_OR_RETURN(out->program_, compile_list(config.stages, config.path, context, warnings));
  if (!out->program_) out->program_ = std::make_shared<const StageProgram>();
  return std::shared_ptr<const Job>(std::move(out));
}

std::shared_ptr<const Job> Job::automatic(std::shared_ptr<OutputLimits> limits,
                                          const PipelineContext& context) {
  auto out = std::shared_ptr<Job>(new Job("docker", context));
  out->rules_ = std::make_shared<const RelabelRules>();
  out->limits_ = std::move(limits);
  return out;
}

// Uses the labels from the rules if they made any, otherwise the usual ones of a container.
std::unique_ptr<TargetPipeline> Job::open_automatic(const Labels& discovered, Labels labels,
                                                    StageObserver* observer) const {
  std::string warning;
  AutoOptions options = container_options(discovered, context_.host, warning);
  if (!warning.empty()) {
    context_.diagnostics.warn("agent", "a label of a container is not understood",
                              {{"job", name_}, {"why", warning}});
  }
  if (!labels.empty()) {
    const std::string* service = find_label(labels, "service");
    options.service = service ? *service : "";
    options.labels = std::move(labels);
  }
  options.keep_colours = keep_colours_;
  options.explain = explain_;
  options.masker = context_.masker;
  options.level = level_of_journal(discovered);
  AutoStages stages;
  if (before_) stages.before = before_->instantiate(observer, 0);
  if (after_) stages.after = after_->instantiate(observer, 0);
  return std::make_unique<AutoPipeline>(std::move(options), limits_, std::move(stages), observer);
}

std::optional<Labels> Job::relabel(Labels discovered) const {
  std::sort(discovered.begin(), discovered.end());
  if (!rules_->apply(discovered)) return {};
  return discovered;
}

bool Job::keeps(const Labels& discovered) const {
  return !is_switched_off(discovered) && relabel(discovered).has_value();
}

std::unique_ptr<TargetPipeline> Job::open(const Labels& discovered, const Labels& extra,
                                          StageObserver* observer) const {
  if (is_switched_off(discovered)) return nullptr;
  const auto relabelled = relabel(discovered);
  if (!relabelled) return nullptr;
  Labels labels;
  for (const Label& label : *relabelled) {
    if (label.name.starts_with("__")) continue;
    const std::string name = sanitised(label.name);
    if (name != label.name) {
      context_.diagnostics.warn("agent", "a label has a name that servers refuse",
                                {{"job", name_}, {"label", label.name}, {"sent_as", name}});
    }
    set_label(labels, name, label.value);
  }
  for (const Label& label : extra) set_label(labels, label.name, label.value);
  return open_labelled(discovered, std::move(labels), observer);
}

std::unique_ptr<TargetPipeline> Job::open_unruled(Labels labels, StageObserver* observer) const {
  if (!program_) return open_automatic({}, std::move(labels), observer);
  return std::make_unique<StagePipeline>(program_->instantiate(observer, 0), std::move(labels),
                                         limits_, context_.masker);
}

std::unique_ptr<TargetPipeline> Job::open_labelled(const Labels& discovered, Labels labels,
                                                   StageObserver* observer) const {
  if (!program_ || (labels_containers_ && labels.empty()))
    return open_automatic(discovered, std::move(labels), observer);
  return std::make_unique<StagePipeline>(program_->instantiate(observer, 0), std::move(labels),
                                         limits_, context_.masker);
}

Labels stream_labels(const ScrapeConfig& config) {
  Labels out;
  for (const StaticConfig& target : config.files) {
    for (const Label& label : target.labels) {
      if (!label.name.starts_with("__")) set_label(out, label.name, label.value);
    }
  }
  return out;
}

Result<std::vector<std::shared_ptr<const Job>>> compile_jobs(const PromtailConfig& config,
                                                             const PipelineContext& context,
                                                             std::vector<std::string>& warnings) {
  const auto limits = std::make_shared<OutputLimits>(config.limits, context.metrics);
  std::vector<std::shared_ptr<const Job>> out;
  std::string faults;
  for (const ScrapeConfig& scrape : config.scrapes) {
    auto job = Job::compile(scrape, limits, context, warnings);
    if (job.ok()) {
      out.push_back(std::move(*job));
    } else {
      faults += (faults.empty() ? "" : "\n") + job.error().message;
    }
  }
  if (!faults.empty()) return invalid(std::move(faults));
  return out;
}

}  // namespace logsvc::agent
