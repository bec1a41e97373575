// Notes in the audit log who came in and who did not. What clients do with every request is noted
// once in a while, and of what strangers try only so much, so that nobody can fill the log from
// outside. Borrows the log and the clock; safe from several threads.
#pragma once

#include <string>

#include "base/mutex.h"
#include "server/audit/audit_log.h"
#include "server/audit/repeats.h"
#include "server/auth/principal.h"

namespace logsvc::server {

class LoginAudit {
 public:
  // Failures that are noted in a minute: of one network, and of all. Of the others the next one
  // that is noted says how many there were.
  static constexpr int kMostOfNetwork = 20;
  static constexpr int kMostFailures = 600;

  LoginAudit(AuditLog& log, const Clock& clock)
      : log_(log), clock_(clock), used_(clock, kHour), turned_away_(clock, kMinute) {}

  // Somebody logged in at the page.
  void logged_in(const Principal& principal);
  // A request was let in; noted at most once an hour for one user, address and way, and not at all
  // for a session, whose login was.
  void let_in(const Principal& principal);
  // A password or token was not right.
  void failed(const std::string& address, const std::string& user, const std::string& why);
  // Nothing was checked since there were too many tries; noted at most once a minute for one
  // network.
  void throttled(const std::string& address, const std::string& user);
  void logged_out(const Principal& principal);

 private:
  bool is_one_of_few(const std::string& address);
  void note_stranger(AuditEvent event);

  AuditLog& log_;
  const Clock& clock_;
  Repeats used_;
  Repeats turned_away_;
  Mutex mutex_;
  int64_t minute_ns_ GUARDED_BY(mutex_) = 0;  // when the minute began
  int noted_ GUARDED_BY(mutex_) = 0;          // in this minute
  int64_t others_ GUARDED_BY(mutex_) = 0;     // not noted, and not told of yet
};

}  // namespace logsvc::server
