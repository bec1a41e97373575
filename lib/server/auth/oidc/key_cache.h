// The keys of a provider, kept between logins. They are fetched anew when they are an hour old (a
// key that the provider withdrew is believed no longer than that), and when a token names a key
// that is not among them: for that once a minute at most, so that tokens cannot make us ask. Safe
// from several threads; of several who need the same keys one fetches and the others wait for it,
// without a lock over the network.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "os/clock.h"
#include "server/auth/oidc/public_key.h"

namespace logsvc::server::oidc {

class KeyCache {
 public:
  static constexpr Duration kLast = kHour;
  static constexpr Duration kBetweenSearches = kMinute;
  static constexpr Duration kBetweenFailures = 5 * kSecond;

  // Returns the text of the set of keys; has to end within a bounded time.
  using Fetch = std::function<Result<std::string>()>;

  explicit KeyCache(const Clock& clock) : clock_(clock) {}

  // Returns the key that a token names. kPermission if there is none, or if it names none and
  // several would do; else why the keys cannot be had.
  Result<std::shared_ptr<const PublicKey>> find(const Fetch& fetch, SignatureAlgorithm algorithm,
                                                const std::string& kid);

 private:
  using Keys = std::vector<std::shared_ptr<const PublicKey>>;
  std::shared_ptr<const PublicKey> match(SignatureAlgorithm algorithm, const std::string& kid) const
      REQUIRES(mutex_);
  void keep(Result<Keys> fetched, Duration until_next) EXCLUDES(mutex_);

  const Clock& clock_;
  Mutex mutex_;
  CondVar fetched_;
  bool fetching_ GUARDED_BY(mutex_) = false;
  Keys keys_ GUARDED_BY(mutex_);
  Status failure_ GUARDED_BY(mutex_);  // of the last fetch
  int64_t stale_at_ GUARDED_BY(mutex_) = 0;
  int64_t next_fetch_ GUARDED_BY(mutex_) = 0;
};

}  // namespace logsvc::server::oidc
