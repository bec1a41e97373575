// Knows users and tokens: DIR/access.json, which `logsvc user|token` may change beside a running
// server. refresh() takes such a change; a thread calls it twice a second. What a user or token was
// is marked as ended when it changes, so that live connections end.
//
// A file that cannot be read at the start is kept aside, and nobody gets in but by the password of
// the settings; one that is damaged later changes nothing. Safe from several threads; looking
// somebody up never waits for the disk.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "model/matcher.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "server/auth/access_list.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

class AccessBook {
 public:
  struct Opened {
    std::unique_ptr<AccessBook> book;
    std::string generated;  // the first admin's password, to be printed once; mostly empty
  };
  struct Start {
    std::string password;  // of the settings: replaces the stored one of the user admin
    // If there is no file, it is made with the user admin: with the password that
    // DIR/admin-password kept for earlier versions, else with a generated one.
    bool make_admin = true;
  };
  // Borrows files, clock and diagnostics.
  static Result<Opened> open(FileSystem& files, const std::string& dir, const Start& start,
                             const Clock& clock, Diagnostics& diagnostics);
  ~AccessBook();

  // Somebody as he is now. ended becomes true when he is changed or removed.
  template <class Entry>
  struct Known {
    Entry entry;
    std::vector<Matcher> scoped_to;
    std::shared_ptr<std::atomic<bool>> ended;
  };
  std::optional<Known<User>> user(const std::string& name) const;
  // The token of this text, expired or not; notes that it was used.
  std::optional<Known<Token>> token_of(std::string_view text);
  AccessList list() const;
  // When the token was last used; 0: never, as far as is known.
  Timestamp last_use(const std::string& token_id) const;

  // Is called, under the lock of the file, with the list before and after when somebody else has
  // changed the file. Set it before others use the book.
  using Listener = std::function<void(const AccessList& before, const AccessList& after)>;
  void on_foreign_change(Listener listener) { listener_ = std::move(listener); }

  // Changes the file under a lock that `logsvc user|token` takes as well.
  Status change(const std::function<Status(AccessList&)>& change);
  // Takes what others changed in the file, and ends live connections of expired tokens.
  void refresh();

 private:
  AccessBook(FileSystem& files, std::string dir, const Clock& clock, Diagnostics& diagnostics);
  Result<std::string> prepare(const Start& start);
  Status set_aside(const Error& why);
  void take(AccessList list) EXCLUDES(mutex_);
  void tell_foreign_change(const AccessList& found) EXCLUDES(mutex_);
  void save_uses();

  FileSystem& files_;
  const std::string path_;
  const std::string uses_path_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  Listener listener_;

  Mutex file_mutex_;                                  // held over the disk; locked before mutex_
  std::string text_ GUARDED_BY(file_mutex_);          // of the file, as it was taken
  std::string damaged_text_ GUARDED_BY(file_mutex_);  // what was complained about
  Timestamp uses_saved_ GUARDED_BY(file_mutex_) = 0;

  mutable Mutex mutex_;
  std::map<std::string, Known<User>, std::less<>> users_ GUARDED_BY(mutex_);    // by name
  std::map<std::string, Known<Token>, std::less<>> tokens_ GUARDED_BY(mutex_);  // by hash
  std::map<std::string, Timestamp> uses_ GUARDED_BY(mutex_);                    // by token id
  bool uses_changed_ GUARDED_BY(mutex_) = false;
};

// Changes DIR/access.json for `logsvc user|token`, beside a server or without one; an absent file
// is an empty list. kCorrupt if the file is damaged.
Status change_access(FileSystem& files, const std::string& dir,
                     const std::function<Status(AccessList&)>& change);
// Reads it; an absent file is an empty list.
Result<AccessList> read_access(FileSystem& files, const std::string& dir);
// Reads when tokens were last used, by id, as a server wrote it within the last minute.
std::map<std::string, Timestamp> read_token_uses(FileSystem& files, const std::string& dir);

}  // namespace logsvc::server
