// Passwords as Argon2id hashes, and random secrets (libsodium).
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"

namespace logsvc::server {

// Computes Argon2id, about 50 ms and 64 MiB.
Result<std::string> hash_password(const std::string& password);
// Returns 20 letters and digits, without those that look alike.
std::string generate_password();
// Returns "lsv_" and 256 random bits.
std::string generate_token();
bool looks_like_token(std::string_view text);
// A secret of 256 random bits needs no slow hash; in hexadecimal.
std::string secret_hash(std::string_view secret);
// Returns n random bytes in hexadecimal.
std::string random_hex(size_t n);

// Checks passwords against hashes. Safe from several threads.
class PasswordChecker {
 public:
  PasswordChecker();

  // Whether it is the user's password and was found right before; checked at once, by a keyed
  // digest. A changed hash makes it unknown.
  bool is_known(const std::string& user, const std::string& hash, std::string_view password);
  // Computes Argon2id, one at a time. An empty hash (no such user) takes as long as a wrong
  // password. kLimit if too many wait for it already.
  Result<bool> verify(const std::string& user, const std::string& hash, std::string_view password);

 private:
  std::string digest(const std::string& hash, std::string_view password) const;

  std::string key_;  // for the digests; made anew at each start
  std::atomic<int> waiting_{0};
  Mutex hashing_;  // held during Argon2, so that guesses take the memory of one at most
  Mutex mutex_;
  std::map<std::string, std::string> known_ GUARDED_BY(mutex_);  // user → digest
};

}  // namespace logsvc::server
