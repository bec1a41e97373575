// This host's clock against a server's, by the times that its answers carry. For one thread.
#pragma once

#include <deque>
#include <optional>

#include "base/time.h"

namespace logsvc::agent {

class ClockOffset {
 public:
  // A request made at `before` was answered at `after`, on our wall clock, when the server's said
  // `server`. Requests that took long tell little and are left out.
  void add(Timestamp before, Timestamp after, Timestamp server);
  // Ours minus the server's, up to half a round trip wrong: the median of the last ones, so that a
  // clock that is put right shows soon and a single slow answer does not. nullopt: not known yet.
  std::optional<Duration> value() const;

 private:
  static constexpr size_t kKept = 5;
  std::deque<Duration> last_;
};

}  // namespace logsvc::agent
