// Compares this host's clock with a server's by the times in its answers. For one thread.
#pragma once

#include <deque>
#include <optional>

#include "base/time.h"

namespace logsvc::agent {

class ClockOffset {
 public:
  // Adds a request made at `before` and answered at `after`, on our wall clock, when the server's
  // clock said `server`. Slow requests are ignored because they tell little.
  void add(Timestamp before, Timestamp after, Timestamp server);
  // Returns our clock minus the server's, wrong by up to half a round trip. It is the median of the
  // last values, so a corrected clock shows soon and a single slow answer does not matter. Returns
  // nullopt while nothing is known.
  std::optional<Duration> value() const;

 private:
  static constexpr size_t kKept = 5;
  std::deque<Duration> last_;
};

}  // namespace logsvc::agent
