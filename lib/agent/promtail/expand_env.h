// Implements -config.expand-env: replaces variables in the raw text of a file, before YAML, by the
// rules of Promtail (which differ from a shell's).
//
//   ${V}                      unset: empty          ${V:-d} ${V:=d} ${V=d} ${V:+d} ${V:?d}
//                                                   the default if unset or empty; may nest ${…}
//   ${V^} ${V^^} ${V,} ${V,,} case                  ${#V}  length      ${V:from:count}  part
//   ${V#p} ${V##p} ${V%p} ${V%%p}  trims a glob     ${V/a/b} ${V//a/b}  replaces a text
//   $V and $1 stay; $$ is $, \\ is \, \/ is /.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace logsvc::agent {

struct ExpandedText {
  std::string text;
  // Variables that are unset and have no default, with their lines: "line 5: ${HOST} is not set".
  std::vector<std::string> unset;
};

// Returns kInvalid with the line and Promtail's wording ("missing closing brace").
Result<ExpandedText> expand_promtail_env(const std::string& text,
                                         const config::Environment& environment);

}  // namespace logsvc::agent
