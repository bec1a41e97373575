// Compiles a list of stages in YAML into a program. Each stage has a function here and its own
// file.
#pragma once

#include <memory>
#include <string>

#include "agent/pipeline/geo_database.h"
#include "agent/pipeline/stage.h"
#include "agent/pipeline/stage_options.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

struct StageContext {
  const Clock& clock;
  Metrics& metrics;
  Diagnostics& diagnostics;
  config::Problems& problems;  // takes warnings
  GeoDatabases& databases;
  int depth = 0;  // nesting depth
};

// Returns kInvalid with file, line, column and what is wrong.
Result<StageProgram> compile_stages(const config::YamlNode& list, StageContext& context);
// Compiles YAML text that is part of the program.
Result<StageProgram> compile_stage_text(const std::string& yaml, StageContext& context);

// Counts lines that a stage dropped for the reason.
Counter& dropped_lines(StageContext& context, const std::string& reason);

// Makes a stage without state: one copy for each target.
template <typename S>
StageFactory factory_of(S stage) {
  return [stage = std::move(stage)](StageObserver*, int) { return std::make_unique<S>(stage); };
}

using CompileStage = Result<StageFactory> (*)(StageOptions& options, const config::YamlNode& node,
                                              StageContext& context);

Result<StageFactory> compile_json(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_regex(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_logfmt(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_replace(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_template(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_labels(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_static_labels(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_label_drop(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_label_allow(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_metadata(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_metadata_drop(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_tenant(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_timestamp(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_output(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_pack(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_decolorize(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_match(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_drop(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_multiline(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_limit(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_sampling(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_docker(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_cri(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_metrics(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_event_log(StageOptions&, const config::YamlNode&, StageContext&);
Result<StageFactory> compile_geoip(StageOptions&, const config::YamlNode&, StageContext&);

}  // namespace logsvc::agent
