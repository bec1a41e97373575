// Limits a rate with a burst, as golang.org/x/time/rate does. Not safe from several threads.
#pragma once

#include <algorithm>
#include <cstdint>

namespace logsvc::agent {

class TokenBucket {
 public:
  TokenBucket() = default;
  // rate: tokens per second, above 0.
  TokenBucket(double rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}

  // Takes a token if there is one now.
  bool take(int64_t steady_ns) {
    refill(steady_ns);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  // Takes a token on credit. Returns when it becomes available: steady_ns or later.
  int64_t reserve(int64_t steady_ns) {
    refill(steady_ns);
    tokens_ -= 1;
    if (tokens_ >= 0) return steady_ns;
    return steady_ns + static_cast<int64_t>(std::min(-tokens_ / rate_, 1e9) * 1e9);
  }

 private:
  void refill(int64_t steady_ns) {
    if (last_ns_ != 0 && steady_ns > last_ns_) {
      tokens_ =
          std::min(burst_, tokens_ + static_cast<double>(steady_ns - last_ns_) * 1e-9 * rate_);
    }
    last_ns_ = std::max(last_ns_, steady_ns);
  }
  double rate_ = 1, burst_ = 1, tokens_ = 1;
  int64_t last_ns_ = 0;
};

}  // namespace logsvc::agent
