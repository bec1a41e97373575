// Keeps the admin password, which a setting gives or which is generated once, as an Argon2id hash
// in the data directory (libsodium, 0600). Safe from several threads.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"
#include "os/file_system.h"

namespace logsvc::server {

class PasswordStore {
 public:
  struct Opened {
    std::unique_ptr<PasswordStore> store;
    std::string generated;  // to be printed once; empty if there was a password already
  };
  // given is the password from the settings and replaces the stored one; if it is empty, that one
  // is kept or a new one generated.
  static Result<Opened> open(FileSystem& files, const std::string& path, const std::string& given);

  // Whether it is a password that was right before; checked at once, by a keyed digest.
  bool is_known(std::string_view password);
  // Computes Argon2id, about 50 ms, one at a time. kLimit if too many wait for it already.
  Result<bool> verify(std::string_view password);

  // Returns the hash as it is kept; it changes with the password.
  const std::string& hash() const { return hash_; }

 private:
  explicit PasswordStore(std::string hash);
  std::string digest(std::string_view password) const;

  const std::string hash_;
  std::string key_;  // for the digests; created anew at each start
  std::atomic<int> waiting_{0};
  Mutex hashing_;  // held during Argon2, so that guesses take the memory of one at most
  Mutex mutex_;
  std::string known_digest_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::server
