// Logins that were begun and whose user is at the provider. Each is bound to the browser that began
// it, by a cookie of which the hash is kept: a way back that was begun elsewhere is worth nothing
// here. Each can be taken once, within 10 minutes. Safe from several threads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "os/clock.h"

namespace logsvc::server::oidc {

struct PendingLogin {
  std::string nonce;
  std::string verifier;      // of PKCE
  std::string redirect_url;  // where the provider sends the browser back to
  std::string return_path;   // where the user wanted to go
};

class PendingLogins {
 public:
  static constexpr Duration kLast = 10 * kMinute;
  static constexpr size_t kMost = 4096;
  static constexpr size_t kMostOfSource = 100;  // beyond either, the oldest is forgotten

  explicit PendingLogins(const Clock& clock) : clock_(clock) {}

  // Returns the state by which it is found again. source says whose limit counts.
  std::string add(PendingLogin login, const std::string& binding, const std::string& source);
  // Returns it, once. Nothing if the state is unknown, too old, or of another browser; the latter
  // leaves it for its own.
  std::optional<PendingLogin> take(const std::string& state, const std::string& binding);

 private:
  struct Kept {
    PendingLogin login;
    std::string binding_hash;
    std::string source;
    int64_t begun = 0;
    uint64_t number = 0;
  };
  void make_room(const std::string& source) REQUIRES(mutex_);

  const Clock& clock_;
  Mutex mutex_;
  uint64_t next_number_ GUARDED_BY(mutex_) = 0;
  std::map<std::string, Kept> kept_ GUARDED_BY(mutex_);  // by the hash of the state
};

// Returns 256 random bits as 43 letters of base64url.
std::string random_word();
// Whether a text can be one.
bool is_random_word(const std::string& text);
// Returns base64url(SHA-256(text)), as PKCE's S256 has it.
std::string sha256_word(const std::string& text);

}  // namespace logsvc::server::oidc
