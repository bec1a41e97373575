// Knows who is logged in. A session survives a restart of the server: DIR/admin-sessions (0600)
// keeps the hash of each token, never the token, and when it ends; the file is replaced as a whole
// when somebody logs in or out. All sessions end when the password changes. There are at most
// kMaxSessions, beyond which the oldest ends. Safe from several threads; checking a session never
// waits for the disk.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

class SessionStore {
 public:
  static constexpr Duration kLength = 30 * kDay;
  static constexpr size_t kMaxSessions = 1000;

  // Reads what an earlier run kept. Sessions that another password opened are left out; a file that
  // cannot be parsed counts as missing, and that is logged. Borrows everything but texts. The text
  // `password` has to change with the password.
  SessionStore(FileSystem& files, std::string path, std::string password, const Clock& clock,
               Diagnostics& diagnostics);

  // Returns the token of a new session. If it cannot be written, the session lasts until the server
  // ends.
  std::string open();
  bool is_valid(const std::string& token) const;
  void end(const std::string& token);

 private:
  Status load();
  void forget_ended() REQUIRES(mutex_);
  void write() REQUIRES(write_mutex_);

  FileSystem& files_;
  const std::string path_;
  const std::string password_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  Mutex write_mutex_;  // locked before mutex_
  mutable Mutex mutex_;
  std::map<std::string, int64_t> ends_ GUARDED_BY(mutex_);  // hash of the token → steady end
};

}  // namespace logsvc::server
