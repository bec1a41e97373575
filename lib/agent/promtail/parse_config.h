// Reads a Promtail configuration file. What it holds and logsvc does not do is a warning; what no
// Promtail knows is an error with file, line, column and the nearest known key.
#pragma once

#include <string>

#include "agent/config/promtail_config.h"
#include "base/result.h"
#include "config/settings.h"

namespace logsvc::agent {

struct PromtailLoadOptions {
  bool expand_env = false;
  config::Environment environment;
};

// The file's text, as read from `path` (which messages name). kInvalid with all faults, one a line.
Result<PromtailConfig> parse_promtail_config(const std::string& path, const std::string& text,
                                             const PromtailLoadOptions& options);
// Whether the text is a Promtail file rather than logsvc's own flat settings.
bool looks_like_promtail(const std::string& text);

}  // namespace logsvc::agent
