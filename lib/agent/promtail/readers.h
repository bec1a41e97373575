// Reads the parts of a Promtail file, each in its own .cc. What is wrong is added to `problems`.
#pragma once

#include "agent/config/promtail_config.h"
#include "config/yaml_reader.h"

namespace logsvc::agent {

void read_server(const config::YamlNode& node, config::Problems& problems, ServerConfig& out);
void read_client(const config::YamlNode& node, config::Problems& problems, ClientConfig& out);
void read_limits(const config::YamlNode& node, config::Problems& problems, LimitsConfig& out);
void read_scrape(const config::YamlNode& node, config::Problems& problems, ScrapeConfig& out);
void read_push_api(const config::YamlNode& node, config::Problems& problems, PushApiConfig& out);
// Accepts keys of a `server` block that have no effect here.
void ignore_server_keys(config::MapReader& map);
void read_relabel(const config::YamlNode& node, config::Problems& problems, RelabelConfig& out);

}  // namespace logsvc::agent
