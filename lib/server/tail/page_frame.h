// The frames of /api/live, which the page reads: lines in order, label sets once a frame,
// everything that was left out with its time.
#pragma once

#include <string>
#include <vector>

#include "server/http/response_json.h"

namespace logsvc::server {

// Entries left out because the reader was behind.
struct LeftOut {
  uint64_t entries = 0;
  Timestamp first = 0;
  Timestamp last = 0;
};

// {"matched":n,"streams":[{labels}…],"lines":[[stream,"ns","text"]…],"leftOut":{"entries","first",
// "last"}}; matched counts all lines since the beginning, sent or left out.
std::string page_frame(const std::vector<TailEntry>& entries, const LeftOut& left_out,
                       uint64_t matched);

}  // namespace logsvc::server
