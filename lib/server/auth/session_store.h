// Knows who is logged in. A session survives a restart of the server: DIR/sessions.json (0600)
// keeps the hash of each token, never the token; the file is replaced as a whole when somebody logs
// in or out. A session ends by logging out, when its user's password changes, after `length`, and
// after `idle` without a request. There are at most kMaxSessions, beyond which the one that was
// used longest ago ends. Safe from several threads; looking a session up never waits for the disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "server/auth/role.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

struct SessionRules {
  Duration length = 30 * kDay;
  Duration idle = 12 * kHour;
};

// Whose session it is.
struct SessionSubject {
  std::string user;
  // Of a user who is not in the access file, as his identity provider has it: what he may do.
  Role role = Role::kNobody;
  // Changes with the password; a session with another one has ended. Empty: the provider's.
  std::string stamp;
};

struct Session {
  SessionSubject subject;
  std::string id;  // names it in lists; not secret
  Timestamp created = 0;
  Timestamp last_seen = 0;
  std::string address;
  std::string agent;  // the browser, as it calls itself
  std::shared_ptr<std::atomic<bool>> ended;
};

class SessionStore {
 public:
  static constexpr size_t kMaxSessions = 1000;

  // Reads what an earlier run kept; a file that cannot be parsed counts as missing, and that is
  // logged. Borrows everything but texts.
  SessionStore(FileSystem& files, std::string path, SessionRules rules, const Clock& clock,
               Diagnostics& diagnostics);
  ~SessionStore();

  // Returns the token of a new session. If it cannot be written, the session lasts until the server
  // ends.
  std::string open(SessionSubject subject, const std::string& address, const std::string& agent);
  // The session of the token, unless it has ended; notes that it is in use.
  std::optional<Session> find(const std::string& token);
  void end(const std::string& token);
  // Ends those of the user for which the condition holds; returns how many.
  template <class Condition>
  size_t end_if(const std::string& user, const Condition& condition) {
    return end_where([&](const Session& s) { return s.subject.user == user && condition(s); });
  }
  // Those of the user, the last used one first; of everybody if it is empty.
  std::vector<Session> list(const std::string& user) const;
  // Ends what is over, and writes when sessions were last used. Called about once a second.
  void refresh();

  const SessionRules& rules() const { return rules_; }

 private:
  struct Kept {
    Session session;
    int64_t created_ns = 0;  // steady
    int64_t seen_ns = 0;
  };
  Status load();
  bool is_over(const Kept& kept, int64_t now_ns) const;
  size_t end_where(const std::function<bool(const Session&)>& condition);
  void end_oldest() REQUIRES(mutex_);
  void write() REQUIRES(write_mutex_);

  FileSystem& files_;
  const std::string path_;
  const SessionRules rules_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  Mutex write_mutex_;  // locked before mutex_
  int64_t written_ns_ GUARDED_BY(write_mutex_) = 0;
  mutable Mutex mutex_;
  std::map<std::string, Kept> sessions_ GUARDED_BY(mutex_);  // by the hash of the token
  bool seen_changed_ GUARDED_BY(mutex_) = false;
};

}  // namespace logsvc::server
