// Knows what was seen a short while ago, so that the same is not noted again and again. Of too many
// things those that were seen first are forgotten. Safe from several threads.
#pragma once

#include <array>
#include <initializer_list>
#include <map>
#include <string_view>

#include "base/mutex.h"
#include "os/clock.h"

namespace logsvc::server {

class Repeats {
 public:
  static constexpr size_t kMostKept = 16'384;

  Repeats(const Clock& clock, Duration span) : clock_(clock), span_(span) {}

  // Whether these texts, in this order, were not seen within the span before; they are now. What
  // was seen again is as old as when it was seen first.
  bool is_new(std::initializer_list<std::string_view> texts);

 private:
  using Key = std::array<unsigned char, 16>;  // a hash that nobody can make two texts have

  const Clock& clock_;
  const Duration span_;
  Mutex mutex_;
  std::map<Key, int64_t> seen_ GUARDED_BY(mutex_);  // when, steady
  std::multimap<int64_t, Key> by_age_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::server
