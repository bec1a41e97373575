// Reads a Promtail configuration file. A key that logsvc does not support gives a warning; a key
// that Promtail does not know gives an error with file, line, column and the nearest known key.
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

// Parses the file's text; `path` is for messages. Returns kInvalid with all problems, one per line.
Result<PromtailConfig> parse_promtail_config(const std::string& path, const std::string& text,
                                             const PromtailLoadOptions& options);
// Returns whether the text is a Promtail file rather than logsvc's own flat settings.
bool looks_like_promtail(const std::string& text);

}  // namespace logsvc::agent
