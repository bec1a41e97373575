#include "server/auth/session_store.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/utf8.h"
#include "server/auth/password_hash.h"

namespace logsvc::server {
namespace {

using nlohmann::json;

constexpr int kVersion = 2;
constexpr size_t kTokenBytes = 32;
constexpr size_t kIdBytes = 8;
constexpr size_t kMaxAgentBytes = 256;
constexpr Duration kWriteSeenEvery = kMinute;

void append_session(std::string& out, const std::string& hash, const Session& s) {
  const std::pair<const char*, std::string_view> texts[] = {
      {"{\"hash\":", hash},
      {",\"user\":", s.subject.user},
      {",\"role\":", role_name(s.subject.role)},
      {",\"stamp\":", s.subject.stamp},
      {",\"id\":", s.id},
      {",\"address\":", s.address},
      {",\"agent\":", s.agent}};
  for (const auto& [key, text] : texts) {
    out += key;
    append_json_string(out, text, JsonEscapes::kNeeded);
  }
  out += ",\"created\":" + std::to_string(s.created) + ",\"seen\":" + std::to_string(s.last_seen) +
         "}";
}

// Throws what nlohmann throws if a part is missing or of another type.
Session read_session(const json& from) {
  Session out;
  out.subject.user = from.at("user").get<std::string>();
  out.subject.role = role_named(from.at("role").get<std::string>()).value_or(Role::kNobody);
  out.subject.stamp = from.at("stamp").get<std::string>();
  out.id = from.at("id").get<std::string>();
  out.created = from.at("created").get<Timestamp>();
  out.last_seen = from.at("seen").get<Timestamp>();
  out.address = from.at("address").get<std::string>();
  out.agent = from.at("agent").get<std::string>();
  out.ended = std::make_shared<std::atomic<bool>>(false);
  return out;
}

}  // namespace

SessionStore::SessionStore(FileSystem& files, std::string path, SessionRules rules,
                           const Clock& clock, Diagnostics& diagnostics)
    : files_(files),
      path_(std::move(path)),
      rules_(rules),
      clock_(clock),
      diagnostics_(diagnostics) {
  const Status read = load();
  if (!read.ok()) {
    diagnostics_.warn("auth", "cannot read the sessions file; everyone has to log in again",
                      {{"file", path_}, {"why", read.error().message}});
  }
}

SessionStore::~SessionStore() {
  MutexLock writing(write_mutex_);
  bool changed;
  {
    MutexLock lock(mutex_);
    changed = seen_changed_;
  }
  if (changed) write();
}

Status SessionStore::load() {
  if (!files_.exists(path_)) return {};
  ASSIGN_OR_RETURN(const std::string text, files_.read_all(path_));
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object() || all.value("version", json()) != kVersion ||
      !all.value("sessions", json()).is_array()) {
    return Error{ErrorCode::kCorrupt, "cannot parse the list of sessions"};
  }
  const Timestamp now = clock_.now();
  const int64_t steady = clock_.steady_ns();
  MutexLock lock(mutex_);
  for (const json& one : all["sessions"]) {
    if (sessions_.size() == kMaxSessions) break;
    try {
      Kept kept{read_session(one), 0, 0};
      // A clock that was wrong cannot make a session longer than a new one.
      kept.created_ns = steady - std::max<Duration>(0, sub_saturated(now, kept.session.created));
      kept.seen_ns = steady - std::max<Duration>(0, sub_saturated(now, kept.session.last_seen));
      if (!is_over(kept, steady)) sessions_[one.at("hash").get<std::string>()] = std::move(kept);
    } catch (const json::exception&) {
      sessions_.clear();
      return Error{ErrorCode::kCorrupt, "cannot parse a session"};
    }
  }
  return {};
}

bool SessionStore::is_over(const Kept& kept, int64_t now_ns) const {
  return now_ns - kept.created_ns >= rules_.length || now_ns - kept.seen_ns >= rules_.idle;
}

void SessionStore::end_oldest() {
  const auto oldest = std::min_element(
      sessions_.begin(), sessions_.end(),
      [](const auto& a, const auto& b) { return a.second.seen_ns < b.second.seen_ns; });
  oldest->second.session.ended->store(true);
  sessions_.erase(oldest);
}

std::string SessionStore::open(SessionSubject subject, const std::string& address,
                               const std::string& agent) {
  std::string token = random_hex(kTokenBytes);
  Kept kept;
  kept.session = {std::move(subject),
                  random_hex(kIdBytes),
                  clock_.now(),
                  clock_.now(),
                  address,
                  repair_utf8(cut_utf8(agent, kMaxAgentBytes)),
                  std::make_shared<std::atomic<bool>>(false)};
  kept.created_ns = kept.seen_ns = clock_.steady_ns();
  MutexLock writing(write_mutex_);
  {
    MutexLock lock(mutex_);
    if (sessions_.size() >= kMaxSessions) end_oldest();
    sessions_[secret_hash(token)] = std::move(kept);
  }
  write();
  return token;
}

std::optional<Session> SessionStore::find(const std::string& token) {
  if (token.empty()) return std::nullopt;
  const std::string hash = secret_hash(token);
  const int64_t now = clock_.steady_ns();
  MutexLock lock(mutex_);
  const auto found = sessions_.find(hash);
  if (found == sessions_.end() || is_over(found->second, now)) return std::nullopt;
  found->second.seen_ns = now;
  found->second.session.last_seen = clock_.now();
  seen_changed_ = true;
  return found->second.session;
}

void SessionStore::end(const std::string& token) {
  const std::string hash = secret_hash(token);
  MutexLock writing(write_mutex_);
  {
    MutexLock lock(mutex_);
    const auto found = sessions_.find(hash);
    if (found == sessions_.end()) return;
    found->second.session.ended->store(true);
    sessions_.erase(found);
  }
  write();
}

size_t SessionStore::end_where(const std::function<bool(const Session&)>& condition) {
  size_t ended = 0;
  MutexLock writing(write_mutex_);
  {
    MutexLock lock(mutex_);
    ended = std::erase_if(sessions_, [&](auto& one) {
      const Session& session = one.second.session;
      if (!condition(session)) return false;
      session.ended->store(true);
      return true;
    });
  }
  if (ended > 0) write();
  return ended;
}

std::vector<Session> SessionStore::list(const std::string& user) const {
  std::vector<Session> out;
  {
    const int64_t now = clock_.steady_ns();
    MutexLock lock(mutex_);
    for (const auto& [hash, kept] : sessions_) {
      const bool wanted = user.empty() || kept.session.subject.user == user;
      if (wanted && !is_over(kept, now)) out.push_back(kept.session);
    }
  }
  std::sort(out.begin(), out.end(),
            [](const Session& a, const Session& b) { return a.last_seen > b.last_seen; });
  return out;
}

void SessionStore::refresh() {
  const int64_t now = clock_.steady_ns();
  bool changed = false;
  MutexLock writing(write_mutex_);
  {
    MutexLock lock(mutex_);
    changed = std::erase_if(sessions_, [&](auto& one) {
                if (!is_over(one.second, now)) return false;
                one.second.session.ended->store(true);
                return true;
              }) > 0;
    changed |= seen_changed_ && now - written_ns_ >= kWriteSeenEvery;
  }
  if (changed) write();
}

void SessionStore::write() {
  std::string text = "{\"version\":" + std::to_string(kVersion) + ",\"sessions\":[";
  {
    MutexLock lock(mutex_);
    for (const auto& [hash, kept] : sessions_) {
      if (text.back() == '}') text += ",\n";
      append_session(text, hash, kept.session);
    }
    seen_changed_ = false;
  }
  text += "]}\n";
  written_ns_ = clock_.steady_ns();
  const Status done = files_.replace(path_, text, FileSystem::Readers::kOwner);
  if (done.ok()) return;
  diagnostics_.warn("auth", "cannot write the sessions file; a restart will log everyone out",
                    {{"why", done.error().message}});
}

}  // namespace logsvc::server
