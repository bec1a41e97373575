// The frames of /api/live, which the page reads: lines in order, label sets once a frame,
// everything that was left out with its time.
//
// {"matched":n,"streams":[{labels}…],"lines":[[stream,"ns","text"]…],"leftOut":{"entries","first",
// "last","unread"}}; matched counts all lines since the beginning, sent or left out. The middle is
// the same for every reader of a query and is made once; what is around it is each reader's own.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/live/live_session.h"
#include "server/live/tail_frame.h"

namespace logsvc::server {

// Lines that were left out because the reader was behind.
struct LeftOut {
  uint64_t entries = 0;  // how many matched
  uint64_t unread = 0;   // how many of the query's streams nobody looked at, so that they may match
  Timestamp first = 0;   // the earliest of both
  Timestamp last = 0;

  bool empty() const { return entries == 0 && unread == 0; }
  void add(const LeftOut& more);
};

// "streams":[…],"lines":[…]
std::string page_lines(std::span<const TailEntry> entries);

LiveFrame page_frame(std::shared_ptr<const std::string> lines, const LeftOut& left_out,
                     uint64_t matched);

}  // namespace logsvc::server
