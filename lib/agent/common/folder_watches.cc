#include "agent/common/folder_watches.h"

#include <unistd.h>

namespace logsvc::agent {

FolderWatches::FolderWatches(uint32_t events)
    : events_(events), fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}

FolderWatches::~FolderWatches() {
  if (fd_ >= 0) ::close(fd_);
}

int FolderWatches::add(const std::string& folder) {
  if (fd_ < 0) return kNone;
  const int watch = ::inotify_add_watch(fd_, folder.empty() ? "." : folder.c_str(), events_);
  return watch < 0 ? kNone : watch;
}

void FolderWatches::remove(int watch) {
  if (watch != kNone) (void)::inotify_rm_watch(fd_, watch);
}

void FolderWatches::read(const std::function<void(const Event&)>& on_event) {
  if (fd_ < 0) return;
  alignas(inotify_event) char buffer[16 * 1024];
  ssize_t got;
  while ((got = ::read(fd_, buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof *event + event->len);
      on_event({event->wd, event->mask, event->len > 0 ? event->name : ""});
    }
  }
}

}  // namespace logsvc::agent
