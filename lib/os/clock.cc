#include "os/clock.h"

#include <ctime>

namespace logsvc {
namespace {
int64_t read_clock(clockid_t id) {
  timespec ts{};
  clock_gettime(id, &ts);
  return ts.tv_sec * kSecond + ts.tv_nsec;
}
}  // namespace

Timestamp SystemClock::now() const { return read_clock(CLOCK_REALTIME); }
int64_t SystemClock::steady_ns() const { return read_clock(CLOCK_MONOTONIC); }

}  // namespace logsvc
