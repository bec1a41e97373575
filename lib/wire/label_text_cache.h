// Parses label strings that pushes repeat only once. Safe from several threads.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/mutex.h"
#include "base/result.h"
#include "model/label_set.h"

namespace logsvc::wire {

class LabelTextCache {
 public:
  // Does what LabelSet::parse does, and remembers the result. Errors: "couldn't parse labels: 1:3:
  // parse error: …".
  Result<LabelSet> parse(std::string_view text);

 private:
  static constexpr size_t kMaxEntries = 20'000;  // then it starts afresh
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
  };
  SharedMutex mutex_;
  std::unordered_map<std::string, LabelSet, Hash, std::equal_to<>> sets_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::wire
