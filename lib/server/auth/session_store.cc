#include "server/auth/session_store.h"

#include <sodium.h>

#include <algorithm>
#include <sstream>

namespace logsvc::server {
namespace {

constexpr std::string_view kFirstWord = "logsvc-sessions-1";
constexpr size_t kTokenBytes = 32;
constexpr size_t kHashBytes = 32;

std::string hex(const unsigned char* bytes, size_t n) {
  std::string out(n * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes, n);
  out.pop_back();
  return out;
}

// A token is random and long, so a plain hash of it reveals nothing.
std::string hash_of(const std::string& token) {
  unsigned char out[kHashBytes];
  crypto_generichash(out, sizeof out, reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), nullptr, 0);
  return hex(out, sizeof out);
}

}  // namespace

SessionStore::SessionStore(FileSystem& files, std::string path, std::string password,
                           const Clock& clock, Diagnostics& diagnostics)
    : files_(files),
      path_(std::move(path)),
      password_(hash_of(password)),
      clock_(clock),
      diagnostics_(diagnostics) {
  const Status read = load();
  if (!read.ok()) {
    diagnostics_.warn("auth", "cannot read the sessions file; everyone has to log in again",
                      {{"file", path_}, {"why", read.error().message}});
  }
}

Status SessionStore::load() {
  if (!files_.exists(path_)) return {};
  ASSIGN_OR_RETURN(const std::string text, files_.read_all(path_));
  std::istringstream in(text);
  std::string word, password, hash;
  if (!(in >> word >> password) || word != kFirstWord)
    return Error{ErrorCode::kCorrupt, "cannot parse the list of sessions"};
  if (password != password_) return {};
  MutexLock lock(mutex_);
  const int64_t now = clock_.now(), steady = clock_.steady_ns();
  for (int64_t end = 0; ends_.size() < kMaxSessions && in >> hash >> end;) {
    if (hash.size() != kHashBytes * 2) break;
    // A clock that was wrong cannot make a session longer than a new one.
    if (end > now) ends_[hash] = steady + std::min<Duration>(end - now, kLength);
  }
  if (in.eof() || ends_.size() == kMaxSessions) return {};
  ends_.clear();
  return Error{ErrorCode::kCorrupt, "cannot parse a session"};
}

void SessionStore::forget_ended() {
  const int64_t now = clock_.steady_ns();
  std::erase_if(ends_, [&](const auto& s) { return s.second <= now; });
}

std::string SessionStore::open() {
  unsigned char bytes[kTokenBytes];
  randombytes_buf(bytes, sizeof bytes);
  std::string token = hex(bytes, sizeof bytes);
  MutexLock writing(write_mutex_);
  {
    MutexLock lock(mutex_);
    forget_ended();
    if (ends_.size() >= kMaxSessions) {
      // All last equally long, so the one that ends first is the oldest.
      ends_.erase(std::min_element(ends_.begin(), ends_.end(),
                                   [](auto& a, auto& b) { return a.second < b.second; }));
    }
    ends_[hash_of(token)] = clock_.steady_ns() + kLength;
  }
  write();
  return token;
}

bool SessionStore::is_valid(const std::string& token) const {
  if (token.empty()) return false;
  const std::string hash = hash_of(token);
  MutexLock lock(mutex_);
  const auto found = ends_.find(hash);
  return found != ends_.end() && clock_.steady_ns() < found->second;
}

void SessionStore::end(const std::string& token) {
  MutexLock writing(write_mutex_);
  {
    MutexLock lock(mutex_);
    if (ends_.erase(hash_of(token)) == 0) return;
  }
  write();
}

void SessionStore::write() {
  std::string text = std::string(kFirstWord) + ' ' + password_ + '\n';
  {
    MutexLock lock(mutex_);
    const int64_t now = clock_.now(), steady = clock_.steady_ns();
    for (const auto& [hash, end] : ends_)
      text += hash + ' ' + std::to_string(now + (end - steady)) + '\n';
  }
  const Status done = files_.replace(path_, text, FileSystem::Readers::kOwner);
  if (done.ok()) return;
  diagnostics_.warn("auth", "cannot write the sessions file; a restart will log everyone out",
                    {{"why", done.error().message}});
}

}  // namespace logsvc::server
