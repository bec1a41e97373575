#include "server/auth/oidc/key_cache.h"

#include <utility>

namespace logsvc::server::oidc {

std::shared_ptr<const PublicKey> KeyCache::match(SignatureAlgorithm algorithm,
                                                 const std::string& kid) const {
  std::shared_ptr<const PublicKey> found;
  for (const auto& key : keys_) {
    if (!key->suits(algorithm, kid)) continue;
    if (found) return nullptr;
    found = key;
  }
  return found;
}

void KeyCache::keep(Result<Keys> fetched, Duration until_next) {
  const int64_t now = clock_.steady_ns();
  MutexLock lock(mutex_);
  fetching_ = false;
  if (fetched.ok()) {
    keys_ = std::move(*fetched);
    failure_ = {};
    stale_at_ = now + kLast;
    next_fetch_ = now + until_next;
  } else {
    failure_ = fetched.error();
    next_fetch_ = now + kBetweenFailures;
  }
  fetched_.notify_all();
}

Result<std::shared_ptr<const PublicKey>> KeyCache::find(const Fetch& fetch,
                                                        SignatureAlgorithm algorithm,
                                                        const std::string& kid) {
  for (bool asked = false;; asked = true) {
    bool searches = false;  // what is known is not old, but the key is not among it
    {
      MutexLock lock(mutex_);
      while (fetching_) fetched_.wait(mutex_);
      const int64_t now = clock_.steady_ns();
      if (now < stale_at_) {
        if (auto key = match(algorithm, kid)) return key;
      }
      if (asked || now < next_fetch_) {
        if (!failure_.ok()) return failure_.error();
        return Error{ErrorCode::kPermission,
                     "the ID token is signed by a key that the provider does not publish, or does "
                     "not say by which: try again in a minute"};
      }
      searches = now < stale_at_;
      fetching_ = true;
    }
    const auto text = fetch();
    keep(text.ok() ? parse_key_set(*text) : Result<Keys>(text.error()),
         searches ? kBetweenSearches : 0);
  }
}

}  // namespace logsvc::server::oidc
