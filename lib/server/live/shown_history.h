// The history that a live reader has been shown, and which of the lines that come live are in it.
// Lines are in the store before they are published: for some seconds they may be both. An entry is
// the same if its time, labels, line and metadata are; each is left out once, since lines that
// differ may have been made equal by the query. For one thread, but for what is said to come
// before.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "server/live/live_feed.h"
#include "server/live/tail_frame.h"

namespace logsvc::server {

class ShownHistory {
 public:
  // Before the first piece is compared. now_ns: steady, when the history had been read.
  void set(const std::vector<TailEntry>& history, int64_t now_ns);
  // Whether lines of the piece may be in the history; once no more is possible, none is kept.
  bool may_have(const LivePiece& piece);
  // Whether pieces that come now may be compared.
  bool comparing() const { return comparing_; }
  // Whether it was shown; if so it is to be left out this time.
  bool take(const TailEntry& entry);

 private:
  std::unordered_multiset<std::string> keys_;
  int64_t compare_until_ns_ = INT64_MAX;  // pieces offered before
  bool comparing_ = true;
};

}  // namespace logsvc::server
