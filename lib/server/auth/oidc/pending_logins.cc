#include "server/auth/oidc/pending_logins.h"

#include <sodium.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "server/auth/oidc/claims.h"

namespace logsvc::server::oidc {

std::string random_word() {
  unsigned char bytes[32];
  randombytes_buf(bytes, sizeof bytes);
  return encode_base64url({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

bool is_random_word(const std::string& text) {
  constexpr size_t kLetters = 43;
  return text.size() == kLetters && decode_base64url(text).has_value();
}

std::string sha256_word(const std::string& text) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return encode_base64url({reinterpret_cast<const char*>(hash), sizeof hash});
}

void PendingLogins::make_room(const std::string& source) {
  const int64_t now = clock_.steady_ns();
  std::erase_if(kept_, [&](const auto& one) { return now - one.second.begun > kLast; });
  const auto of_source = std::count_if(
      kept_.begin(), kept_.end(), [&](const auto& one) { return one.second.source == source; });
  const bool too_many = static_cast<size_t>(of_source) >= kMostOfSource;
  if (!too_many && kept_.size() < kMost) return;
  auto oldest = kept_.end();
  for (auto at = kept_.begin(); at != kept_.end(); ++at) {
    if (too_many && at->second.source != source) continue;
    if (oldest == kept_.end() || at->second.number < oldest->second.number) oldest = at;
  }
  kept_.erase(oldest);
}

std::string PendingLogins::add(PendingLogin login, const std::string& binding,
                               const std::string& source) {
  std::string state = random_word();
  std::string key = sha256_word(state), binding_hash = sha256_word(binding);
  MutexLock lock(mutex_);
  make_room(source);
  kept_[std::move(key)] = {std::move(login), std::move(binding_hash), source, clock_.steady_ns(),
                           next_number_++};
  return state;
}

std::optional<PendingLogin> PendingLogins::take(const std::string& state,
                                                const std::string& binding) {
  if (!is_random_word(state) || !is_random_word(binding)) return std::nullopt;
  const std::string key = sha256_word(state), binding_hash = sha256_word(binding);
  MutexLock lock(mutex_);
  const auto found = kept_.find(key);
  if (found == kept_.end() || found->second.binding_hash != binding_hash ||
      clock_.steady_ns() - found->second.begun > kLast) {
    return std::nullopt;
  }
  PendingLogin out = std::move(found->second.login);
  kept_.erase(found);
  return out;
}

}  // namespace logsvc::server::oidc
