// Reads which streams in which range a request is about: start, end, since and a selector in
// `query`.
#pragma once

#include <string>
#include <vector>

#include "model/matcher.h"
#include "server/transport/params.h"

namespace logsvc::server {

struct SelectionRules {
  bool query_required = true;
  bool allow_all = false;  // {} is every stream
};

struct Selection {
  TimeRange range;
  std::vector<Matcher> matchers;
};

// Reads the range of a request that the index answers: blocks count as a whole, so the end is
// included and an empty range means its instant.
Result<TimeRange> read_range(const Params& params, Timestamp now);
Result<Selection> read_selection(const Params& params, Timestamp now, SelectionRules rules);

// Returns the part of the path before its last: app in /loki/api/v1/label/app/values.
std::string name_in_path(const std::string& path);

}  // namespace logsvc::server
