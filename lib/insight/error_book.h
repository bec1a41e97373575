// Knows which errors there are: error lines grouped by their masked message, with when they were
// first and last seen. They are kept for the retention, however old the lines are. Not thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "insight/levels.h"

namespace logsvc::insight {

struct ErrorGroup {
  std::string masked;
  std::string sample;              // the message as it was first seen
  std::set<std::string> services;  // at most kMaxServices
  Level level = kError;
  Timestamp first = 0;
  Timestamp last = 0;
  uint64_t count = 0;
};

class ErrorBook {
 public:
  static constexpr size_t kMaxServices = 20;

  explicit ErrorBook(size_t max_groups = 5000) : max_groups_(max_groups) {}

  // Returns true if the error is a new one. When there are too many, the one not seen for longest
  // is dropped.
  bool add(const std::string& service, Level level, Timestamp at, std::string message);
  // Drops errors last seen before the instant.
  void forget_before(Timestamp oldest);

  // Returns the newest by first sight, newest first.
  std::vector<const ErrorGroup*> newest() const;
  size_t size() const { return groups_.size(); }

  // Writes JSON and reads it back. kCorrupt if the text is anything else; the book is then empty.
  std::string save() const;
  Status load(std::string_view text);

 private:
  size_t max_groups_;
  std::map<std::string, ErrorGroup, std::less<>> groups_;  // by masked message
};

}  // namespace logsvc::insight
