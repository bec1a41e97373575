// The history that a live reader has been shown, to find which of the lines that come live are in
// it. Lines are in the store before they are published, so for some seconds they may be in both.
// Two entries are the same if time, labels, line and metadata are equal; each is left out once,
// since the query may have made different lines equal. For one thread, except where stated.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "server/live/live_feed.h"
#include "server/live/tail_frame.h"

namespace logsvc::server {

class ShownHistory {
 public:
  // Called before the first piece is compared. now_ns is the steady time when the history had been
  // read.
  void set(const std::vector<TailEntry>& history, int64_t now_ns);
  // Whether lines of the piece may be in the history; the history is dropped once none can be.
  bool may_have(const LivePiece& piece);
  // Whether pieces that come now may be compared.
  bool comparing() const { return comparing_; }
  // Whether the entry was shown; if so it is to be left out this time.
  bool take(const TailEntry& entry);
  // Returns about what it occupies.
  uint64_t memory_bytes() const { return bytes_; }

 private:
  std::unordered_multiset<std::string> keys_;
  uint64_t bytes_ = 0;
  int64_t compare_until_ns_ = INT64_MAX;  // applies to pieces offered before
  bool comparing_ = true;
};

}  // namespace logsvc::server
