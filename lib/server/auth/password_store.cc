#include "server/auth/password_store.h"

#include <sodium.h>
#include <sys/stat.h>

#include <memory>

namespace logsvc::server {
namespace {

constexpr int kMaxFailures = 10;
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
  // Without letters that look alike.
  static constexpr std::string_view kLetters =
      "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::string out;
  for (size_t i = 0; i < kGeneratedLength; ++i) {
    out += kLetters[randombytes_uniform(static_cast<uint32_t>(kLetters.size()))];
  }
  return out;
}

}  // namespace

PasswordStore::PasswordStore(const Clock& clock, std::string hash)
    : clock_(clock), hash_(std::move(hash)), key_(crypto_generichash_KEYBYTES, '\0') {
  randombytes_buf(key_.data(), key_.size());
}

Result<PasswordStore::Opened> PasswordStore::open(FileSystem& files, const Clock& clock,
                                                  const std::string& path,
                                                  const std::string& given) {
  if (sodium_init() < 0) return Error{ErrorCode::kIo, "libsodium cannot start"};
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
    RETURN_IF_ERROR(files.replace(path, hash + "\n"));
    ::chmod(path.c_str(), 0600);
  }
  out.store.reset(new PasswordStore(clock, std::move(hash)));
  return out;
}

std::string PasswordStore::digest(std::string_view password) const {
  std::string out(crypto_generichash_BYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                     reinterpret_cast<const unsigned char*>(password.data()), password.size(),
                     reinterpret_cast<const unsigned char*>(key_.data()), key_.size());
  return out;
}

Result<bool> PasswordStore::verify(std::string_view password) {
  const std::string mine = digest(password);
  MutexLock lock(mutex_);
  if (!known_digest_.empty() &&
      sodium_memcmp(mine.data(), known_digest_.data(), mine.size()) == 0) {
    return true;
  }
  const int64_t now = clock_.steady_ns();
  if (now - first_failure_ns_ > kMinute) failures_ = 0;
  if (failures_ >= kMaxFailures) {
    return Error{ErrorCode::kLimit, "too many wrong passwords; wait a minute"};
  }
  // Under the lock on purpose: one Argon2 at a time is all the memory that guesses may take.
  if (crypto_pwhash_str_verify(hash_.c_str(), password.data(), password.size()) == 0) {
    known_digest_ = mine;
    return true;
  }
  if (failures_++ == 0) first_failure_ns_ = now;
  return false;
}

}  // namespace logsvc::server
