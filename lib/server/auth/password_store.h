// The admin password: given by a setting, or generated once; kept as an Argon2id hash in the data
// directory (libsodium, 0600). Safe from several threads.
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
    std::string generated;  // to print once; empty if there was one already
  };
  // given: the password of the settings, replaces the stored one; empty: keep or generate.
  static Result<Opened> open(FileSystem& files, const std::string& path, const std::string& given);

  // Whether it is the password that was right before: at once, by a keyed digest.
  bool is_known(std::string_view password);
  // Argon2id, about 50 ms, one at a time. kLimit if too many wait for it already.
  Result<bool> verify(std::string_view password);

  // As it is kept: another password has another one.
  const std::string& hash() const { return hash_; }

 private:
  explicit PasswordStore(std::string hash);
  std::string digest(std::string_view password) const;

  const std::string hash_;
  std::string key_;  // of the digests; made anew at each start
  std::atomic<int> waiting_{0};
  Mutex hashing_;  // one Argon2 at a time is all the memory that guesses may take
  Mutex mutex_;
  std::string known_digest_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::server
