#include "server/query/query_watch.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

namespace logsvc::server {
namespace {

constexpr uint64_t kWakeId = 0;
// The thread checks the deadlines this often even if it knows of none.
constexpr std::chrono::minutes kMostWait{1};

}  // namespace

QueryWatch::QueryWatch()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeId;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
  thread_ = std::thread([this] { run(); });
}

QueryWatch::~QueryWatch() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  const uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
  thread_.join();
  ::close(wake_);
  ::close(epoll_);
}

uint64_t QueryWatch::add(int socket, const CancellationSource& source) {
  uint64_t id = 0;
  {
    const MutexLock lock(mutex_);
    id = next_id_++;
    watched_.emplace(id, Watched{source, {}, {}});
  }
  epoll_event event{};
  event.events = EPOLLRDHUP | EPOLLONESHOT;  // errors and hang-ups are reported without asking
  event.data.u64 = id;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  return id;
}

void QueryWatch::set_deadline(uint64_t id, Time deadline, Error late) {
  {
    const MutexLock lock(mutex_);
    Watched& watched = watched_.at(id);
    watched.deadline = deadline;
    watched.late = std::move(late);
    if (looks_at_ <= deadline) return;
  }
  const uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
}

void QueryWatch::remove(int socket, uint64_t id) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
  const MutexLock lock(mutex_);
  watched_.erase(id);
}

void QueryWatch::hung_up(uint64_t id) {
  std::optional<CancellationSource> gone;
  {
    const MutexLock lock(mutex_);
    if (const auto found = watched_.find(id); found != watched_.end()) gone = found->second.source;
  }
  if (gone) gone->cancel({ErrorCode::kCancelled, "the request was cancelled by the client"});
}

int QueryWatch::cancel_late() {
  using std::chrono::milliseconds;
  const Time now = std::chrono::steady_clock::now();
  std::vector<Watched> late;
  Time next = now + kMostWait;
  {
    const MutexLock lock(mutex_);
    for (auto& [id, watched] : watched_) {
      if (!watched.deadline) continue;
      if (*watched.deadline <= now) {
        late.push_back(watched);
        watched.deadline.reset();
      } else {
        next = std::min(next, *watched.deadline);
      }
    }
    looks_at_ = next;
  }
  for (const Watched& watched : late) watched.source.cancel(*watched.late);
  return static_cast<int>(std::chrono::ceil<milliseconds>(next - now).count());
}

void QueryWatch::run() {
  std::array<epoll_event, 16> events{};
  while (true) {
    const int wait_ms = cancel_late();
    const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms);
    for (int i = 0; i < n; ++i) {
      const uint64_t id = events[static_cast<size_t>(i)].data.u64;
      if (id != kWakeId) {
        hung_up(id);
        continue;
      }
      uint64_t count = 0;
      (void)!::read(wake_, &count, sizeof count);
    }
    const MutexLock lock(mutex_);
    if (stopping_) return;
  }
}

QueryWatch::Guard::Guard(QueryWatch& watch, int socket)
    : watch_(watch), socket_(socket), id_(watch.add(socket, source_)) {}

QueryWatch::Guard::~Guard() { watch_.remove(socket_, id_); }

void QueryWatch::Guard::set_deadline(Time deadline, Error late) {
  watch_.set_deadline(id_, deadline, std::move(late));
}

}  // namespace logsvc::server
