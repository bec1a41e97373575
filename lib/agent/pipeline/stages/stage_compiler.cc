#include "agent/pipeline/stages/stage_compiler.h"

#include <algorithm>

#include "config/settings.h"

namespace logsvc::agent {
namespace {

using config::YamlNode;

constexpr int kMaxDepth = 20;

struct StageKind {
  const char* name;
  CompileStage compile;
  bool weak;  // numbers may be written as text, and the reverse
};
constexpr StageKind kStages[] = {
    {"json", compile_json, false},
    {"regex", compile_regex, false},
    {"logfmt", compile_logfmt, false},
    {"replace", compile_replace, false},
    {"template", compile_template, false},
    {"labels", compile_labels, false},
    {"static_labels", compile_static_labels, false},
    {"labeldrop", compile_label_drop, false},
    {"labelallow", compile_label_allow, false},
    {"structured_metadata", compile_metadata, false},
    {"non_indexed_labels", compile_metadata, false},
    {"structured_metadata_drop", compile_metadata_drop, false},
    {"tenant", compile_tenant, false},
    {"timestamp", compile_timestamp, false},
    {"output", compile_output, false},
    {"pack", compile_pack, true},
    {"decolorize", compile_decolorize, false},
    {"match", compile_match, false},
    {"drop", compile_drop, true},
    {"multiline", compile_multiline, true},
    {"limit", compile_limit, true},
    {"sampling", compile_sampling, true},
    {"docker", compile_docker, false},
    {"cri", compile_cri, true},
    {"metrics", compile_metrics, false},
    {"eventlogmessage", compile_event_log, false},
    {"geoip", compile_geoip, false},
};

Result<StageProgram::Named> compile_one(const YamlNode& item, StageContext& context) {
  const auto fault = [&](const std::string& what) {
    return invalid(context.problems.place(item) + what);
  };
  if (!item.is_map()) {
    return fault("each stage is a map of its name (ends with a colon) to its options; found " +
                 config::kind_name(item));
  }
  if (item.members.size() != 1) return fault("pipeline stage must contain only one key");
  const auto& [name, options] = item.members[0];
  std::vector<std::string> names;
  for (const StageKind& known : kStages) {
    names.emplace_back(known.name);
    if (name.text != known.name) continue;
    StageOptions reader(options, name.text, context.problems, known.weak);
    ASSIGN_OR_RETURN(StageFactory factory, known.compile(reader, options, context));
    return StageProgram::Named{name.text, std::move(factory)};
  }
  const std::string near = config::nearest(name.text, names);
  return fault("unknown stage " + name.text + (near.empty() ? "" : "; did you mean " + near + "?"));
}

}  // namespace

Result<StageProgram> compile_stages(const YamlNode& list, StageContext& context) {
  if (!list.is_list() && !list.is_null()) {
    return invalid(context.problems.place(list) + "expected a list of stages");
  }
  if (context.depth >= kMaxDepth) {
    return invalid(context.problems.place(list) + "stages are nested too deeply");
  }
  ++context.depth;
  std::vector<StageProgram::Named> stages;
  for (const YamlNode& item : list.items) {
    ASSIGN_OR_RETURN(StageProgram::Named stage, compile_one(item, context));
    stages.push_back(std::move(stage));
  }
  --context.depth;
  return StageProgram(std::move(stages));
}

Result<StageProgram> compile_stage_text(const std::string& yaml, StageContext& context) {
  ASSIGN_OR_RETURN(const YamlNode list, config::parse_yaml("built in", yaml));
  return compile_stages(list, context);
}

Counter& dropped_lines(StageContext& context, const std::string& reason) {
  return context.metrics.counter("logentry_dropped_lines_total",
                                 "Lines that a stage of a pipeline dropped", {{"reason", reason}});
}

}  // namespace logsvc::agent
