// Puts replacements into a line so that JSON stays JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "masking/finder.h"

namespace logsvc::masking {

// Sorts hits and joins those that overlap: leftmost, then longest, then the rule that comes first,
// gives the replacement for all of them, so that no end of a hit stays.
void join_overlapping(std::vector<Hit>& hits);

// It reads one line from left to right; the line and the hits, joined, are borrowed.
class Rewriter {
 public:
  explicit Rewriter(std::string_view line);

  // Says what is to be written instead of a hit. Calls come in the order of the line.
  struct Place {
    size_t begin, end;     // what goes: the hit, and the rest of an escape or number it is part of
    bool quoted = false;   // a number by itself: the replacement becomes a string
    bool escaped = false;  // inside a JSON string
  };
  Place place_of(const Hit& hit);

 private:
  void walk_to(size_t at);

  const std::string_view line_;
  const bool json_;  // begins as an object or array does
  size_t at_ = 0;    // how far it has read
  bool in_string_ = false;
  size_t escape_ = 0;  // where the last escape begins; its length is 0 without one
  size_t escape_length_ = 0;
};

}  // namespace logsvc::masking
