#include "server/auth/password_store.h"

#include <sodium.h>

#include <memory>

namespace logsvc::server {
namespace {

constexpr int kMostWaiting = 16;
constexpr size_t kGeneratedLength = 20;

Result<std::string> hash_password(const std::string& password) {
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str(out, password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return Error{ErrorCode::kIo, "out of memory while hashing the password"};
  }
  return std::string(out);
}

std::string generate_password() {
  // Letters that look alike are left out.
  static constexpr std::string_view kLetters =
      "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::string out;
  for (size_t i = 0; i < kGeneratedLength; ++i) {
    out += kLetters[randombytes_uniform(static_cast<uint32_t>(kLetters.size()))];
  }
  return out;
}

}  // namespace

PasswordStore::PasswordStore(std::string hash)
    : hash_(std::move(hash)), key_(crypto_generichash_KEYBYTES, '\0') {
  randombytes_buf(key_.data(), key_.size());
}

Result<PasswordStore::Opened> PasswordStore::open(FileSystem& files, const std::string& path,
                                                  const std::string& given) {
  if (sodium_init() < 0) return Error{ErrorCode::kIo, "cannot initialize libsodium"};
  Opened out;
  std::string hash;
  if (files.exists(path)) {
    ASSIGN_OR_RETURN(hash, files.read_all(path));
    while (!hash.empty() && hash.back() == '\n') hash.pop_back();
    const bool same =
        !given.empty() && crypto_pwhash_str_verify(hash.c_str(), given.data(), given.size()) == 0;
    if (!given.empty() && !same) hash.clear();
  }
  if (hash.empty()) {
    if (given.empty()) out.generated = generate_password();
    ASSIGN_OR_RETURN(hash, hash_password(given.empty() ? out.generated : given));
    RETURN_IF_ERROR(files.replace(path, hash + "\n", FileSystem::Readers::kOwner));
  }
  out.store.reset(new PasswordStore(std::move(hash)));
  return out;
}

std::string PasswordStore::digest(std::string_view password) const {
  std::string out(crypto_generichash_BYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                     reinterpret_cast<const unsigned char*>(password.data()), password.size(),
                     reinterpret_cast<const unsigned char*>(key_.data()), key_.size());
  return out;
}

bool PasswordStore::is_known(std::string_view password) {
  const std::string mine = digest(password);
  MutexLock lock(mutex_);
  return !known_digest_.empty() &&
         sodium_memcmp(mine.data(), known_digest_.data(), mine.size()) == 0;
}

Result<bool> PasswordStore::verify(std::string_view password) {
  if (waiting_.fetch_add(1) >= kMostWaiting) {
    --waiting_;
    return Error{ErrorCode::kLimit, "too many passwords are being checked; try again"};
  }
  bool right;
  {
    MutexLock lock(hashing_);
    right = crypto_pwhash_str_verify(hash_.c_str(), password.data(), password.size()) == 0;
  }
  --waiting_;
  if (!right) return false;
  MutexLock lock(mutex_);
  known_digest_ = digest(password);
  return true;
}

}  // namespace logsvc::server
