// Reads the setting `masking` of server.yaml and agent.yaml, and of their flags and variables.
//
//   masking: [card, rrn, phone, email]        built-in rules by name
//   masking:
//   - rule: card                              one with more to say
//     replacement: "****"
//     at: ingest                              the server's: hidden before it is stored
//   - name: seat                              an own one
//     pattern: seat=\w+
//     replacement: seat=<seat>
//
// As a flag or variable: "card,rrn", "all", "off", or such a list in [ ]. Nothing here is kept.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "masking/masker.h"

namespace logsvc::masking {

// Who reads the setting: an agent hides everything before it sends it and knows no `at`.
enum class Reader { kServer, kAgent };

struct Maskers {
  // All rules: what an agent hides, and what a server hides from support. Never null.
  std::shared_ptr<const Masker> all;
  // The rules with `at: ingest`; null if there is none.
  std::shared_ptr<const Masker> ingest;
  std::vector<bool> at_ingest;  // for each rule of `all`
};

// Returns kInvalid with every problem of the setting, one per line, each with file, line and column
// or the flag or variable, and the nearest word.
Result<Maskers> read_maskers(const config::Settings& settings, const std::string& name,
                             Reader reader);

}  // namespace logsvc::masking
