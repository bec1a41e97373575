// Limits how often a password may be tried: by address, and by address and user, never for
// everybody together. An attempt counts when it begins, so that many at once do not slip through.
// Safe from several threads.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "os/clock.h"

namespace logsvc::server {

class LoginThrottle {
 public:
  static constexpr int kMostOfUser = 10;     // failures a minute for one user from one address
  static constexpr int kMostOfAddress = 20;  // for all its users together
  static constexpr size_t kMostKeys = 4096;  // beyond that, those that began first are forgotten

  explicit LoginThrottle(const Clock& clock) : clock_(clock) {}

  // Whether the address may try a password of the user now; counts the attempt.
  bool begin(const std::string& address, std::string_view user);
  // Notes that the password was right: earlier attempts of the address are forgotten.
  void succeed(const std::string& address, std::string_view user);
  // Notes that the password was not checked: the attempt does not count.
  void take_back(const std::string& address, std::string_view user);

 private:
  struct Tries {
    int64_t begun_ns = 0;
    int count = 0;
  };
  Tries& tries(const std::string& key, int64_t now) REQUIRES(mutex_);
  void forget_old(int64_t now) REQUIRES(mutex_);

  const Clock& clock_;
  Mutex mutex_;
  std::map<std::string, Tries, std::less<>> tries_ GUARDED_BY(mutex_);
};

// Returns the address as a throttle counts it: for IPv6 its network of 64 bits, since one peer has
// all of it.
std::string network_of(const std::string& address);

}  // namespace logsvc::server
