#include "agent/docker/read_loop.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace logsvc::agent {
namespace {

constexpr size_t kTurnBytes = 256u << 10;
constexpr size_t kLimitedTurnBytes = 8u << 10;  // of a log whose rate is limited
constexpr size_t kBusyBytes = 32u << 10;        // a round of more is followed by another at once
constexpr Duration kPollInterval = 250 * kMillisecond;  // of files that cannot be watched
constexpr Duration kSilenceCheckInterval = 10 * kSecond;
constexpr Duration kRingInterval = 250 * kMillisecond;
constexpr Duration kMaxSilence = kHour;
constexpr uint32_t kWatched = IN_MODIFY | IN_CREATE | IN_MOVED_TO;

void add_to_poll(int poll_fd, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  (void)::epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
}

int wait_ms(int64_t ns) {
  return static_cast<int>(std::clamp<int64_t>((ns + kMillisecond - 1) / kMillisecond, 0, 60'000));
}

}  // namespace

ReadLoop::ReadLoop(Spool& spool, SpoolWakeup& wakeup, const Clock& clock, AgentMetrics& metrics,
                   Diagnostics& diagnostics, Options options)
    : wakeup_(wakeup),
      clock_(clock),
      metrics_(metrics),
      diagnostics_(diagnostics),
      options_(std::move(options)),
      writer_(spool),
      context_{spool,
               writer_,
               buffers_,
               clock,
               metrics,
               diagnostics,
               options_.make_pipeline,
               options_.max_line_bytes},
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      poll_fd_(::epoll_create1(EPOLL_CLOEXEC)),
      watch_fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      room_(stop_, metrics, diagnostics) {
  add_to_poll(poll_fd_, wake_fd_);
  if (watch_fd_ >= 0) add_to_poll(poll_fd_, watch_fd_);
  thread_ = std::thread([this] { run(); });
}

void ReadLoop::stop() {
  stop_ = true;
  post([] {});
  if (thread_.joinable()) thread_.join();
}

ReadLoop::~ReadLoop() {
  stop();
  metrics_.readers.add(-static_cast<double>(entries_.size()));
  for (const int fd : {wake_fd_, poll_fd_, watch_fd_}) {
    if (fd >= 0) ::close(fd);
  }
}

void ReadLoop::post(std::function<void()> command) {
  {
    MutexLock lock(mutex_);
    commands_.push_back(std::move(command));
  }
  const uint64_t one = 1;
  (void)!::write(wake_fd_, &one, sizeof one);
}

void ReadLoop::run_commands() {
  std::vector<std::function<void()>> commands;
  {
    MutexLock lock(mutex_);
    commands.swap(commands_);
  }
  for (const auto& command : commands) {
    if (!stop_) command();
  }
}

void ReadLoop::read_files(Container container, std::string path, LogFileFormat format) {
  post([this, container = std::move(container), path = std::move(path), format] {
    Entry& e = entry(container);
    e.ended = !container.running;
    watch(e, path);
    e.log.use_files(path, format);
    make_ready(e);
  });
}

void ReadLoop::read_stream(Container container, std::unique_ptr<net::HttpStream> stream,
                           bool everything) {
  // std::function wants what can be copied.
  auto shared = std::make_shared<std::unique_ptr<net::HttpStream>>(std::move(stream));
  post([this, container = std::move(container), shared, everything] {
    Entry& e = entry(container);
    e.ended = false;
    e.log.use_stream(std::move(*shared), everything);
    e.silence = options_.silence;
    e.silent_at = clock_.steady_ns() + e.silence;
    by_fd_[e.log.stream_fd()] = container.id;
    add_to_poll(poll_fd_, e.log.stream_fd());
    make_ready(e);
  });
}

void ReadLoop::hear_bell(Container container, std::unique_ptr<net::HttpStream> stream) {
  auto shared = std::make_shared<std::unique_ptr<net::HttpStream>>(std::move(stream));
  post([this, container = std::move(container), shared] {
    Entry& e = entry(container);
    e.bell = std::make_unique<Bell>(Bell{std::move(*shared), LogFrameDecoder(container.tty)});
    by_fd_[e.bell->stream->fd()] = container.id;
    add_to_poll(poll_fd_, e.bell->stream->fd());
  });
}

void ReadLoop::listen(const std::string& id) {
  post([this, id] {
    Entry* e = find(id);
    if (!e || !e->bell) return;
    e->bell->listening = true;
    ring(*e);
  });
}

void ReadLoop::ring(Entry& e) {
  const std::string id = e.log.container().id;
  const auto count = [&](const LogRecord&) { ++e.bell->records; };
  while (true) {
    const auto bytes = e.bell->stream->read(net::HttpStream::kDoNotWait);
    if (!bytes.ok() && bytes.error().code == ErrorCode::kTimeout) break;
    if (!bytes.ok() || bytes->empty() || !e.bell->decoder.feed(*bytes, count).ok()) {
      e.bell.reset();
      rung_.erase(id);
      return report(e, Report::Kind::kBellEnded);
    }
  }
  rung_.erase(id);
  if (!e.bell->listening || e.bell->records == 0) return;
  const int64_t now = clock_.steady_ns();
  if (now < e.bell->not_before) {
    rung_.insert(id);
    return;
  }
  e.bell->listening = false;
  e.bell->not_before = now + kRingInterval;
  on_report_({id, Report::Kind::kBell, e.log.cursor(), "", std::exchange(e.bell->records, 0)});
}

void ReadLoop::update(Container container) {
  post([this, container = std::move(container)] {
    Entry* e = find(container.id);
    if (!e) return;
    e->log.update(container);
    if (container.running) e->ended = false;
    (void)commit(*e);
    make_ready(*e);
  });
}

void ReadLoop::end_run(const std::string& id) {
  post([this, id] {
    if (Entry* e = find(id)) {
      e->ended = true;
      make_ready(*e);
    }
  });
}

void ReadLoop::remove(const std::string& id) {
  post([this, id] {
    if (Entry* e = find(id)) {
      e->removed = true;
      make_ready(*e);
    }
  });
}

ReadLoop::Entry* ReadLoop::find(const std::string& id) {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.get();
}

ReadLoop::Entry& ReadLoop::entry(const Container& container) {
  auto& e = entries_[container.id];
  if (!e) {
    e = std::make_unique<Entry>(context_, source_of(container.id), container);
    metrics_.readers.add(1);
  } else {
    e->log.update(container);
    (void)commit(*e);
  }
  e->removed = false;
  return *e;
}

void ReadLoop::make_ready(Entry& e) {
  if (!std::exchange(e.ready, true)) ready_.push_back(e.log.container().id);
}

void ReadLoop::watch(Entry& e, const std::string& path) {
  const std::string& id = e.log.container().id;
  const std::string dir = path.substr(0, path.rfind('/'));
  e.watch = watch_fd_ < 0 ? -1 : ::inotify_add_watch(watch_fd_, dir.c_str(), kWatched);
  if (e.watch >= 0) {
    by_watch_[e.watch] = id;
    unwatched_.erase(id);
  } else {
    unwatched_.insert(id);
  }
}

void ReadLoop::forget(const std::string& id) {
  Entry* e = find(id);
  if (!e) return;
  if (e->watch >= 0) {
    (void)::inotify_rm_watch(watch_fd_, e->watch);
    by_watch_.erase(e->watch);
  }
  holding_.erase(id);
  rung_.erase(id);
  paused_.erase(id);
  unwatched_.erase(id);
  entries_.erase(id);
  metrics_.readers.add(-1);
}

void ReadLoop::run() {
  while (!stop_) {
    const int64_t now = clock_.steady_ns();
    wait(now);
    run_commands();
    flush_due(clock_.steady_ns());
    const size_t bytes = round();
    check_silence(now);
    if (bytes == 0 || bytes >= kBusyBytes || stop_) continue;
    // What comes in small pieces is left to gather. Only a command ends the wait.
    pollfd command{wake_fd_, POLLIN, 0};
    (void)::poll(&command, 1, wait_ms(options_.busy_wait));
  }
}

void ReadLoop::wait(int64_t now) {
  int64_t until = std::min(next_silence_check_, now + kMinute);
  if (!ready_.empty()) until = now;
  for (const std::string& id : holding_) until = std::min(until, find(id)->log.next_due());
  for (const std::string& id : rung_) until = std::min(until, find(id)->bell->not_before);
  for (const std::string& id : paused_) until = std::min(until, find(id)->log.paused_until());
  if (!unwatched_.empty()) until = std::min(until, next_poll_);
  std::array<epoll_event, 64> events;
  const int n = ::epoll_wait(poll_fd_, events.data(), events.size(), wait_ms(until - now));
  for (int i = 0; i < n; ++i) {
    const int fd = events[static_cast<size_t>(i)].data.fd;
    if (fd == wake_fd_) {
      uint64_t count;
      (void)!::read(wake_fd_, &count, sizeof count);
    } else if (fd == watch_fd_) {
      read_watches();
    } else if (const auto found = by_fd_.find(fd); found != by_fd_.end()) {
      Entry* e = find(found->second);
      if (e && e->log.stream_fd() == fd) make_ready(*e);
      if (e && e->bell && e->bell->stream->fd() == fd) ring(*e);
    }
  }
  for (const std::string& id : std::set<std::string>(rung_)) ring(*find(id));
  end_pauses(clock_.steady_ns());
  if (!unwatched_.empty() && clock_.steady_ns() >= next_poll_) {
    next_poll_ = clock_.steady_ns() + kPollInterval;
    for (const std::string& id : unwatched_) make_ready(*find(id));
  }
}

void ReadLoop::end_pauses(int64_t now) {
  for (auto id = paused_.begin(); id != paused_.end();) {
    if (find(*id)->log.paused_until() > now) {
      ++id;
    } else {
      ready_.push_back(*id);
      id = paused_.erase(id);
    }
  }
}

void ReadLoop::read_watches() {
  alignas(inotify_event) static thread_local char buffer[16384];
  ssize_t got;
  while ((got = ::read(watch_fd_, buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      if (event->mask & IN_Q_OVERFLOW) {
        for (const auto& [id, e] : entries_) make_ready(*e);
      }
      const auto found = by_watch_.find(event->wd);
      if (found == by_watch_.end()) continue;
      if (Entry* e = find(found->second)) make_ready(*e);
      if (event->mask & IN_IGNORED) {  // the directory is gone
        if (Entry* e = find(found->second); e && e->watch == event->wd) e->watch = -1;
        by_watch_.erase(found);
      }
    }
  }
}

size_t ReadLoop::round() {
  size_t bytes = 0;
  for (size_t n = ready_.size(); n > 0 && !stop_; --n) {
    const std::string id = ready_.front();
    ready_.pop_front();
    Entry* e = find(id);
    if (!e) continue;
    if (e->log.paused_until() > clock_.steady_ns()) {
      paused_.insert(id);  // and stays e->ready
      continue;
    }
    e->ready = false;
    bytes += turn(*e);
  }
  return bytes;
}

size_t ReadLoop::turn(Entry& e) {
  const std::string id = e.log.container().id;
  const Turn turn = e.log.turn(e.log.paused_until() == 0 ? kTurnBytes : kLimitedTurnBytes);
  if (!commit(e)) return turn.bytes;
  if (turn.bytes > 0) {
    e.silence = options_.silence;
    e.silent_at = clock_.steady_ns() + e.silence;
  }
  if (e.log.next_due() != TargetPipeline::kNever) holding_.insert(id);
  switch (turn.end) {
    case TurnEnd::kMore:
      make_ready(e);
      break;
    case TurnEnd::kIdle:
      if (e.log.has_stream()) break;
      if (e.ended || e.removed) finish(e);
      break;
    case TurnEnd::kStreamEnded:
      report(e, Report::Kind::kStreamEnded);
      break;
    case TurnEnd::kAnchorMissing:
      report(e, Report::Kind::kAnchorMissing);
      break;
    case TurnEnd::kBroken:
      report(e, Report::Kind::kBroken, turn.why);
      if (e.removed) finish(e);
      break;
  }
  return turn.bytes;
}

void ReadLoop::finish(Entry& e) {
  e.log.flush_all();
  if (!commit(e)) return;
  e.log.rest();
  e.ended = false;
  report(e, Report::Kind::kFinished);
  if (!e.removed) return;
  if (e.log.missed() && e.log.container().was_started()) {
    metrics_.missed_containers.add();
    diagnostics_.warn("agent", "a container was removed before its log was read",
                      {{"container", e.log.container().name}});
  }
  forget(e.log.container().id);
}

void ReadLoop::flush_due(int64_t now) {
  for (auto id = holding_.begin(); id != holding_.end();) {
    Entry& e = *find(*id);
    if (e.log.flush_due(now)) (void)commit(e);
    id = e.log.next_due() == TargetPipeline::kNever ? holding_.erase(id) : std::next(id);
  }
}

void ReadLoop::check_silence(int64_t now) {
  if (now < next_silence_check_) return;
  next_silence_check_ = now + kSilenceCheckInterval;
  for (const auto& [id, e] : entries_) {
    if (!e->log.has_stream() || now < e->silent_at) continue;
    e->silence = std::min(e->silence * 2, kMaxSilence);
    e->silent_at = now + e->silence;
    report(*e, Report::Kind::kSilent);
  }
}

bool ReadLoop::commit(Entry& e) {
  const bool lines = !writer_.empty();
  if (!room_.append([&] { return e.log.commit(); })) return false;
  if (lines) wakeup_.wake();
  return true;
}

void ReadLoop::report(Entry& e, Report::Kind kind, std::string why) {
  on_report_({e.log.container().id, kind, e.log.cursor(), std::move(why), 0});
}

}  // namespace logsvc::agent
