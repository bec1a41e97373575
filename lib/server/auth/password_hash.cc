#include "server/auth/password_hash.h"

#include <sodium.h>

namespace logsvc::server {
namespace {

constexpr int kMostWaiting = 16;
constexpr size_t kMostKnown = 1000;
constexpr size_t kGeneratedLength = 20;
constexpr std::string_view kTokenPrefix = "lsv_";
constexpr size_t kTokenBytes = 32;
constexpr size_t kHashBytes = 32;

std::string hex(const unsigned char* bytes, size_t n) {
  std::string out(n * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes, n);
  out.pop_back();
  return out;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The hash of a password that nobody has, with the costs of all others.
const std::string& hash_of_nobody() {
  static const std::string kHash = [] {
    const auto made = hash_password(random_hex(kTokenBytes));
    return made.ok() ? *made : std::string();
  }();
  return kHash;
}

}  // namespace

Result<std::string> hash_password(const std::string& password) {
  if (sodium_init() < 0) return Error{ErrorCode::kIo, "cannot initialize libsodium"};
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str(out, password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return Error{ErrorCode::kIo, "out of memory while hashing the password"};
  }
  return std::string(out);
}

std::string generate_password() {
  static constexpr std::string_view kLetters =
      "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::string out;
  for (size_t i = 0; i < kGeneratedLength; ++i) {
    out += kLetters[randombytes_uniform(static_cast<uint32_t>(kLetters.size()))];
  }
  return out;
}

std::string generate_token() {
  unsigned char bytes[kTokenBytes];
  randombytes_buf(bytes, sizeof bytes);
  // Letters that need no escape in a URL: a token is often the password in one.
  constexpr int kForm = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(sizeof bytes, kForm), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes, sizeof bytes, kForm);
  out.pop_back();
  return std::string(kTokenPrefix) + out;
}

bool looks_like_token(std::string_view text) { return text.starts_with(kTokenPrefix); }

std::string secret_hash(std::string_view secret) {
  unsigned char out[kHashBytes];
  crypto_generichash(out, sizeof out, bytes_of(secret), secret.size(), nullptr, 0);
  return hex(out, sizeof out);
}

std::string random_hex(size_t n) {
  std::string bytes(n, '\0');
  randombytes_buf(bytes.data(), n);
  return hex(bytes_of(bytes), n);
}

PasswordChecker::PasswordChecker() : key_(crypto_generichash_KEYBYTES, '\0') {
  randombytes_buf(key_.data(), key_.size());
  // Made now, so that the first unknown user takes no longer than the others.
  hash_of_nobody();
}

std::string PasswordChecker::digest(const std::string& hash, std::string_view password) const {
  std::string out(crypto_generichash_BYTES, '\0');
  crypto_generichash_state state;
  crypto_generichash_init(&state, bytes_of(key_), key_.size(), out.size());
  // The terminating zero of the hash keeps the two apart.
  crypto_generichash_update(&state, bytes_of(hash), hash.size() + 1);
  crypto_generichash_update(&state, bytes_of(password), password.size());
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(out.data()), out.size());
  return out;
}

bool PasswordChecker::is_known(const std::string& user, const std::string& hash,
                               std::string_view password) {
  const std::string mine = digest(hash, password);
  MutexLock lock(mutex_);
  const auto known = known_.find(user);
  return known != known_.end() &&
         sodium_memcmp(mine.data(), known->second.data(), mine.size()) == 0;
}

Result<bool> PasswordChecker::verify(const std::string& user, const std::string& hash,
                                     std::string_view password) {
  if (waiting_.fetch_add(1) >= kMostWaiting) {
    --waiting_;
    return Error{ErrorCode::kLimit, "too many passwords are being checked; try again"};
  }
  bool right;
  {
    MutexLock lock(hashing_);
    const std::string& against = hash.empty() ? hash_of_nobody() : hash;
    right = crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  }
  --waiting_;
  if (!right || hash.empty()) return false;
  MutexLock lock(mutex_);
  if (known_.size() >= kMostKnown) known_.clear();
  known_[user] = digest(hash, password);
  return true;
}

}  // namespace logsvc::server
