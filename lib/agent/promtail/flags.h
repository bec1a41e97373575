// Promtail's command line: each of its 98 flags is either applied or named as having no effect
// here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/config/promtail_config.h"

namespace logsvc::agent {

// Describes how one of Promtail's flags is written.
struct PromtailFlag {
  std::string name;  // without dashes: "client.tenant-id"
  bool is_switch;    // may have no value, as in Go
};
const PromtailFlag* find_promtail_flag(const std::string& name);

// Pairs of name and value, in the order given.
using FlagValues = std::vector<std::pair<std::string, std::string>>;

// Applies flags to a file's configuration. As with Promtail they take precedence over the file,
// except for the flags of clients: client.url adds another client, and external labels are given to
// every client that has none of that name. Flags without effect here become warnings. Returns
// kInvalid, naming the flag, for an invalid value.
Status apply_promtail_flags(const FlagValues& flags, PromtailConfig& config);

}  // namespace logsvc::agent
