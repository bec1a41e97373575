// What happens to the files of folders, told by the system (inotify). For one thread.
#pragma once

#include <sys/inotify.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace logsvc::agent {

class FolderWatches {
 public:
  static constexpr int kNone = -1;

  struct Event {
    int watch = kNone;      // kNone: events of any folder may have been lost
    uint32_t mask = 0;      // IN_CREATE …
    std::string_view name;  // of the file
    bool lost() const { return (mask & IN_Q_OVERFLOW) != 0; }
    bool is_last() const { return (mask & IN_IGNORED) != 0; }  // the folder is gone
  };

  // events: those that are wanted, IN_CREATE and others of inotify(7).
  explicit FolderWatches(uint32_t events);
  ~FolderWatches();
  FolderWatches(const FolderWatches&) = delete;
  FolderWatches& operator=(const FolderWatches&) = delete;

  // Can be read when something has happened; -1 if the system gives no watches at all.
  int fd() const { return fd_; }
  // The number of the folder's watch. kNone: it cannot be watched and is to be looked at now and
  // then.
  int add(const std::string& folder);
  void remove(int watch);
  // All that has happened since the last call, in turn; does not wait. Names live during the call.
  void read(const std::function<void(const Event&)>& on_event);

 private:
  const uint32_t events_;
  const int fd_;
};

}  // namespace logsvc::agent
