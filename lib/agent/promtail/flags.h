// Promtail's command line: its 98 flags, each taken, or named as one that has no meaning here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/config/promtail_config.h"

namespace logsvc::agent {

// How a flag of Promtail is written; nothing is known of others.
struct PromtailFlag {
  std::string name;  // without dashes: "client.tenant-id"
  bool is_switch;    // may stand without a value, as Go's do
};
const PromtailFlag* find_promtail_flag(const std::string& name);

// name, value; in the order given.
using FlagValues = std::vector<std::pair<std::string, std::string>>;

// Flags into what a file says. As with Promtail they win over the file, but for those of clients:
// with client.url they are one more client, external labels are every client's that has none of the
// name. What has no meaning here becomes a warning. kInvalid, naming the flag, for a value that is
// none.
Status apply_promtail_flags(const FlagValues& flags, PromtailConfig& config);

}  // namespace logsvc::agent
