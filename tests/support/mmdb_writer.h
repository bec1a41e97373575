// Writes small databases in MaxMind's format (version 2.0), for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/yaml.h"

namespace logsvc::testing {

struct MmdbOptions {
  std::string type = "GeoLite2-City";
  int ip_version = 6;    // 6: IPv4 networks lie in ::/96 of the same tree
  int record_bits = 24;  // 24, 28 or 32
};

// Maps networks, as 1.2.3.0/24 or 2001:db8::/32, to what is known of each: maps, lists, texts
// (quoted ones are never numbers), whole numbers (uint32), numbers with a point (double). If one
// network contains another, the smaller one wins. make_mmdb throws std::runtime_error for what it
// cannot write.
using MmdbNetworks = std::vector<std::pair<std::string, config::YamlNode>>;
std::string make_mmdb(const MmdbOptions& options, MmdbNetworks networks);

// Does the same with a map in YAML text: {1.2.3.0/24: {city: {names: {en: Seoul}}}}.
std::string make_mmdb(const MmdbOptions& options, const std::string& networks);

}  // namespace logsvc::testing
