#include "promtail_file.h"

#include <fstream>
#include <iterator>

#include "agent/jobs/job.h"
#include "agent/promtail/parse_config.h"
#include "config/settings.h"

namespace logsvc {

Result<std::optional<agent::PromtailConfig>> load_promtail_file(const std::string& path,
                                                                bool expand_env) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return invalid("cannot read " + path);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!agent::looks_like_promtail(text)) return std::optional<agent::PromtailConfig>();
  ASSIGN_OR_RETURN(
      agent::PromtailConfig config,
      agent::parse_promtail_config(path, text, {expand_env, config::process_environment()}));
  SystemClock clock;
  Metrics metrics;
  Diagnostics diagnostics(clock, LogLevel::kError);
  std::vector<std::string> warnings;
  const auto jobs = agent::compile_jobs(config, {clock, metrics, diagnostics, ""}, warnings);
  if (!jobs.ok()) return jobs.error();
  config.warnings.insert(config.warnings.end(), warnings.begin(), warnings.end());
  return std::optional(std::move(config));
}

}  // namespace logsvc
