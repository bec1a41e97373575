#include "server/audit/repeats.h"

#include <sodium.h>

#include <cstdint>

namespace logsvc::server {

bool Repeats::is_new(std::initializer_list<std::string_view> texts) {
  crypto_generichash_state state;
  Key key;
  crypto_generichash_init(&state, nullptr, 0, key.size());
  const auto add = [&state](const void* bytes, size_t size) {
    crypto_generichash_update(&state, static_cast<const unsigned char*>(bytes), size);
  };
  for (const std::string_view text : texts) {
    const uint64_t size = text.size();
    add(&size, sizeof size);
    add(text.data(), text.size());
  }
  crypto_generichash_final(&state, key.data(), key.size());

  const int64_t now = clock_.steady_ns();
  MutexLock lock(mutex_);
  while (!by_age_.empty() &&
         (now - by_age_.begin()->first >= span_ || by_age_.size() >= kMostKept)) {
    seen_.erase(by_age_.begin()->second);
    by_age_.erase(by_age_.begin());
  }
  if (!seen_.try_emplace(key, now).second) return false;
  by_age_.emplace(now, key);
  return true;
}

}  // namespace logsvc::server
