#include "server/auth/login_throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace logsvc::server {
namespace {

std::string user_key(const std::string& address, std::string_view user) {
  constexpr size_t kMostBytes = 64;
  return network_of(address) + '\n' + std::string(user.substr(0, kMostBytes));
}

}  // namespace

std::string network_of(const std::string& address) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  std::memset(bytes.data() + 8, 0, 8);
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

LoginThrottle::Tries& LoginThrottle::tries(const std::string& key, int64_t now) {
  Tries& out = tries_[key];
  if (out.count == 0 || now - out.begun_ns > kMinute) out = {now, 0};
  return out;
}

void LoginThrottle::forget_old(int64_t now) {
  if (tries_.size() < kMostKeys) return;
  std::erase_if(tries_, [&](const auto& one) { return now - one.second.begun_ns > kMinute; });
  while (tries_.size() >= kMostKeys) {
    tries_.erase(std::min_element(tries_.begin(), tries_.end(), [](const auto& a, const auto& b) {
      return a.second.begun_ns < b.second.begun_ns;
    }));
  }
}

bool LoginThrottle::begin(const std::string& address, std::string_view user) {
  const int64_t now = clock_.steady_ns();
  MutexLock lock(mutex_);
  forget_old(now);
  Tries& of_address = tries(network_of(address), now);
  Tries& of_user = tries(user_key(address, user), now);
  if (of_address.count >= kMostOfAddress || of_user.count >= kMostOfUser) return false;
  ++of_address.count;
  ++of_user.count;
  return true;
}

void LoginThrottle::succeed(const std::string& address, std::string_view user) {
  MutexLock lock(mutex_);
  tries_.erase(network_of(address));
  tries_.erase(user_key(address, user));
}

void LoginThrottle::take_back(const std::string& address, std::string_view user) {
  MutexLock lock(mutex_);
  for (const std::string& key : {network_of(address), user_key(address, user)}) {
    const auto found = tries_.find(key);
    if (found != tries_.end() && found->second.count > 0) --found->second.count;
  }
}

}  // namespace logsvc::server
