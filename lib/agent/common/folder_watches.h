// Reports changes to the files in folders, through inotify. For one thread.
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

  // events: the wanted ones, IN_CREATE and others of inotify(7).
  explicit FolderWatches(uint32_t events);
  ~FolderWatches();
  FolderWatches(const FolderWatches&) = delete;
  FolderWatches& operator=(const FolderWatches&) = delete;

  // Becomes readable when something has happened; -1 if the system offers no watches at all.
  int fd() const { return fd_; }
  // Returns the number of the folder's watch. Returns kNone if the folder cannot be watched and has
  // to be checked from time to time.
  int add(const std::string& folder);
  void remove(int watch);
  // Reports what has happened since the last call, in order, without waiting. Names live during the
  // call.
  void read(const std::function<void(const Event&)>& on_event);

 private:
  const uint32_t events_;
  const int fd_;
};

}  // namespace logsvc::agent
