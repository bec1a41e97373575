// How often a password may be tried: by address, and by address and user, never for all together.
// A try counts when it begins, so that many at once do not slip through. Safe from several threads.
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
  static constexpr int kMostOfUser = 10;     // failures a minute from one address
  static constexpr int kMostOfAddress = 20;  // whatever the user
  static constexpr size_t kMostKeys = 4096;  // then those that began first are forgotten

  explicit LoginThrottle(const Clock& clock) : clock_(clock) {}

  // Whether the address may try a password of the user now; counts the try.
  bool begin(const std::string& address, std::string_view user);
  // The password was right: what the address tried before is forgotten.
  void succeed(const std::string& address, std::string_view user);
  // The password was not looked at: the try does not count.
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

// An address as a throttle counts it: of IPv6 its network of 64 bits, which one peer has whole.
std::string network_of(const std::string& address);

}  // namespace logsvc::server
