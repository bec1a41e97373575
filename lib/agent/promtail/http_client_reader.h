// Reads the keys of http_client_config.h from a YAML map.
#pragma once

#include "agent/config/http_client_config.h"
#include "config/yaml_reader.h"

namespace logsvc::agent {

void read_http_client(config::MapReader& map, HttpClientConfig& out);
void read_tls_config(const config::YamlNode& node, config::Problems& problems, net::TlsConfig& out);
// Reads the `name: value` pairs of a key, sorted by name.
void read_labels(config::MapReader& map, const std::string& key, Labels& out);

}  // namespace logsvc::agent
