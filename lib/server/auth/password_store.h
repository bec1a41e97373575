// The admin password: given by a setting, or generated once; kept as an Argon2id hash in the data
// directory (libsodium, 0600). Safe from several threads.
#pragma once

#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"
#include "os/clock.h"
#include "os/file_system.h"

namespace logsvc::server {

class PasswordStore {
 public:
  struct Opened {
    std::unique_ptr<PasswordStore> store;
    std::string generated;  // to print once; empty if there was one already
  };
  // given: the password of the settings, replaces the stored one; empty: keep or generate.
  static Result<Opened> open(FileSystem& files, const Clock& clock, const std::string& path,
                             const std::string& given);

  // Argon2id, about 50 ms; a password that was right before is recognised by a keyed digest. Wrong
  // ones are limited: over 10 a minute everything is refused (kLimit) until the minute is over.
  Result<bool> verify(std::string_view password);

 private:
  PasswordStore(const Clock& clock, std::string hash);
  std::string digest(std::string_view password) const;

  const Clock& clock_;
  const std::string hash_;
  std::string key_;  // of the digests; made anew at each start
  Mutex mutex_;
  std::string known_digest_ GUARDED_BY(mutex_);
  int failures_ GUARDED_BY(mutex_) = 0;
  int64_t first_failure_ns_ GUARDED_BY(mutex_) = 0;
};

}  // namespace logsvc::server
