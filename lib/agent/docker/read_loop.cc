#include "agent/docker/read_loop.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace logsvc::agent {
namespace {

constexpr size_t kTurnBytes = 256u << 10;
constexpr size_t kLimitedTurnBytes = 8u << 10;  // for a log whose rate is limited
constexpr size_t kBusyBytes = 32u << 10;  // after a round with more bytes the next begins at once
constexpr Duration kLookInterval = 250 * kMillisecond;  // at files that cannot be watched
constexpr Duration kSilenceStep = 10 * kSecond;         // silence is measured in multiples of it
constexpr Duration kMaxSilence = kHour;
constexpr uint32_t kWatched = IN_MODIFY | IN_CREATE | IN_MOVED_TO;

int wait_ms(int64_t ns) {
  return static_cast<int>(std::clamp<int64_t>((ns + kMillisecond - 1) / kMillisecond, 0, 60'000));
}

// Rounds times up so that those of many logs coincide and one wake-up serves them all.
int64_t next_multiple(int64_t time, Duration step) { return (time / step + 1) * step; }

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
      room_(stop_, metrics, diagnostics),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      poll_fd_(::epoll_create1(EPOLL_CLOEXEC)),
      watches_(kWatched) {
  for (const int fd : {wake_fd_, watches_.fd()}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (fd >= 0) (void)::epoll_ctl(poll_fd_, EPOLL_CTL_ADD, fd, &event);
  }
  thread_ = std::thread([this] { run(); });
}

void ReadLoop::stop() {
  stop_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

ReadLoop::~ReadLoop() {
  stop();
  metrics_.readers.add(-static_cast<double>(logs_.size()));
  for (const int fd : {wake_fd_, poll_fd_}) {
    if (fd >= 0) ::close(fd);
  }
}

void ReadLoop::wake() {
  const uint64_t one = 1;
  (void)!::write(wake_fd_, &one, sizeof one);
}

void ReadLoop::tell(Command command) {
  {
    MutexLock lock(mutex_);
    commands_.push_back(std::move(command));
  }
  wake();
}

void ReadLoop::run_commands() {
  std::vector<Command> commands;
  {
    MutexLock lock(mutex_);
    commands.swap(commands_);
  }
  for (Command& command : commands) {
    if (stop_) return;
    std::visit([this](auto& one) { run_command(one); }, command);
  }
}

void ReadLoop::run_command(ReadFiles& command) {
  FollowedLog& log = open(command.container);
  log.at_end = command.container.running ? FollowedLog::AtEnd::kWait : FollowedLog::AtEnd::kFlush;
  watch(log, command.path);
  unpoll_fd(log.log.stream_fd());
  log.log.use_files(command.path, command.format);
  make_ready(log);
  schedule(log);
}

void ReadLoop::run_command(ReadAnswer& command) {
  FollowedLog& log = open(command.container);
  log.at_end = FollowedLog::AtEnd::kWait;
  unpoll_fd(log.log.stream_fd());
  log.log.use_stream(std::move(command.answer), command.everything);
  log.silence = options_.silence;
  log.silent_at = next_multiple(clock_.steady_ns() + log.silence, kSilenceStep);
  if (log.wakeups) log.wakeups->on_answer();
  if (log.turn != FollowedLog::Turn::kPaused) poll_fd(log.log.stream_fd(), log);
  make_ready(log);
  schedule(log);
}

void ReadLoop::run_command(WatchForNew& command) {
  FollowedLog& log = open(command.container);
  if (log.wakeups) unpoll_fd(log.wakeups->fd());
  log.wakeups = std::make_unique<WakeupStream>(std::move(command.records), command.container.tty);
  poll_fd(log.wakeups->fd(), log);
  schedule(log);
}

void ReadLoop::run_command(Update& command) {
  FollowedLog* log = find(command.container.id);
  if (!log) return;
  log->log.update(command.container);
  if (command.container.running && log->at_end == FollowedLog::AtEnd::kFlush) {
    log->at_end = FollowedLog::AtEnd::kWait;
  }
  (void)commit(*log);
  make_ready(*log);
  schedule(*log);
}

void ReadLoop::run_command(EndRun& command) {
  FollowedLog* log = find(command.id);
  if (!log) return;
  if (log->at_end == FollowedLog::AtEnd::kWait) log->at_end = FollowedLog::AtEnd::kFlush;
  make_ready(*log);
}

void ReadLoop::run_command(Remove& command) {
  FollowedLog* log = find(command.id);
  if (!log) return;
  log->at_end = FollowedLog::AtEnd::kForget;
  make_ready(*log);
}

FollowedLog* ReadLoop::find(const std::string& id) {
  const auto found = logs_.find(id);
  return found == logs_.end() ? nullptr : found->second.get();
}

FollowedLog& ReadLoop::open(const Container& container) {
  auto& log = logs_[container.id];
  if (!log) {
    log = std::make_unique<FollowedLog>(context_, source_of(container.id), container);
    metrics_.readers.add(1);
  } else {
    log->log.update(container);
    (void)commit(*log);
  }
  if (log->at_end == FollowedLog::AtEnd::kForget) log->at_end = FollowedLog::AtEnd::kWait;
  return *log;
}

void ReadLoop::forget(FollowedLog& log) {
  timers_.set(&log, FollowedLog::kNever);
  unpoll_fd(log.log.stream_fd());
  if (log.wakeups) unpoll_fd(log.wakeups->fd());
  watches_.remove(log.watch);
  by_watch_.erase(log.watch);
  metrics_.readers.add(-1);
  logs_.erase(std::string(log.id()));
}

void ReadLoop::make_ready(FollowedLog& log) {
  if (log.turn != FollowedLog::Turn::kNone) return;
  log.turn = FollowedLog::Turn::kInLine;
  ready_.push_back(log.id());
}

void ReadLoop::pause(FollowedLog& log) {
  log.turn = FollowedLog::Turn::kPaused;
  unpoll_fd(log.log.stream_fd());
  schedule(log);
}

void ReadLoop::resume(FollowedLog& log) {
  log.turn = FollowedLog::Turn::kNone;
  if (log.log.has_stream()) poll_fd(log.log.stream_fd(), log);
  make_ready(log);
}

void ReadLoop::watch(FollowedLog& log, const std::string& path) {
  const int before = std::exchange(log.watch, watches_.add(path.substr(0, path.rfind('/'))));
  if (before != log.watch) {
    watches_.remove(before);
    by_watch_.erase(before);
  }
  if (log.watch != FolderWatches::kNone) {
    by_watch_[log.watch] = &log;
    log.next_look = FollowedLog::kNever;
  } else {
    log.next_look = next_multiple(clock_.steady_ns(), kLookInterval);
  }
}

void ReadLoop::poll_fd(int fd, FollowedLog& log) {
  by_fd_[fd] = &log;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  (void)::epoll_ctl(poll_fd_, EPOLL_CTL_ADD, fd, &event);
}

void ReadLoop::unpoll_fd(int fd) {
  if (by_fd_.erase(fd) > 0) (void)::epoll_ctl(poll_fd_, EPOLL_CTL_DEL, fd, nullptr);
}

void ReadLoop::run() {
  while (!stop_) {
    wait(clock_.steady_ns());
    run_commands();
    const int64_t now = clock_.steady_ns();
    for (FollowedLog* log : timers_.take_due(now)) on_due(*log, now);
    const size_t bytes = round();
    if (bytes == 0 || bytes >= kBusyBytes || stop_) continue;
    // Lets small pieces gather. Only a command ends the wait.
    pollfd command{wake_fd_, POLLIN, 0};
    (void)::poll(&command, 1, wait_ms(options_.busy_wait));
  }
}

void ReadLoop::wait(int64_t now) {
  const int64_t until = ready_.empty() ? std::min(timers_.next(), now + kMinute) : now;
  std::array<epoll_event, 64> events;
  const int n = ::epoll_wait(poll_fd_, events.data(), events.size(), wait_ms(until - now));
  for (int i = 0; i < n; ++i) on_readable(events[static_cast<size_t>(i)].data.fd);
}

void ReadLoop::on_readable(int fd) {
  if (fd == wake_fd_) {
    uint64_t count;
    (void)!::read(wake_fd_, &count, sizeof count);
  } else if (fd == watches_.fd()) {
    read_watches();
  } else if (const auto found = by_fd_.find(fd); found != by_fd_.end()) {
    FollowedLog& log = *found->second;
    if (log.log.stream_fd() == fd) {
      make_ready(log);
    } else {
      read_wakeups(log);
    }
  }
}

void ReadLoop::read_watches() {
  watches_.read([this](const FolderWatches::Event& event) {
    if (event.lost()) {
      for (const auto& [id, log] : logs_) make_ready(*log);
    }
    const auto found = by_watch_.find(event.watch);
    if (found == by_watch_.end()) return;
    make_ready(*found->second);
    if (!event.is_last()) return;
    found->second->watch = FolderWatches::kNone;
    by_watch_.erase(found);
  });
}

void ReadLoop::read_wakeups(FollowedLog& log) {
  if (!log.wakeups->read()) {
    unpoll_fd(log.wakeups->fd());
    log.wakeups.reset();
    observer_->on_wakeups_end(log.id(), log.log.cursor());
  }
  schedule(log);
}

void ReadLoop::on_due(FollowedLog& log, int64_t now) {
  if (log.log.next_due() <= now && log.log.flush_due(now)) (void)commit(log);
  if (log.turn == FollowedLog::Turn::kPaused && log.log.paused_until() <= now) resume(log);
  if (log.next_look <= now) {
    log.next_look = next_multiple(now, kLookInterval);
    make_ready(log);
  }
  if (log.log.has_stream() && log.silent_at <= now) {
    log.silence = std::min(log.silence * 2, kMaxSilence);
    log.silent_at = next_multiple(now + log.silence, kSilenceStep);
    observer_->on_silence(log.id(), log.log.cursor());
  }
  if (!log.log.has_stream() && log.wakeups && log.wakeups->next_due() <= now) {
    observer_->on_new_records(log.id(), log.log.cursor(), log.wakeups->take_records(now));
  }
  schedule(log);
}

size_t ReadLoop::round() {
  size_t bytes = 0;
  for (size_t n = ready_.size(); n > 0 && !stop_; --n) {
    FollowedLog* log = find(ready_.front());
    ready_.pop_front();
    if (!log) continue;
    if (log->log.paused_until() > clock_.steady_ns()) {
      pause(*log);
      continue;
    }
    log->turn = FollowedLog::Turn::kNone;
    bytes += take_turn(*log);
  }
  return bytes;
}

size_t ReadLoop::take_turn(FollowedLog& log) {
  const int fd = log.log.stream_fd();
  const TurnResult turn =
      log.log.turn(log.log.paused_until() == 0 ? kTurnBytes : kLimitedTurnBytes);
  if (!log.log.has_stream()) unpoll_fd(fd);
  if (!commit(log)) return turn.bytes;
  if (turn.bytes > 0) {
    log.silence = options_.silence;
    log.silent_at = next_multiple(clock_.steady_ns() + log.silence, kSilenceStep);
  }
  schedule(log);
  const bool reads_on = log.log.has_stream() || log.at_end == FollowedLog::AtEnd::kWait;
  switch (turn.end) {
    case TurnEnd::kMore:
      make_ready(log);
      break;
    case TurnEnd::kIdle:
      if (!reads_on) finish(log);
      break;
    case TurnEnd::kStreamEnded:
      observer_->on_answer_end(log.id(), log.log.cursor());
      break;
    case TurnEnd::kAnchorMissing:
      observer_->on_place_missing(log.id(), log.log.cursor());
      break;
    case TurnEnd::kBroken:
      observer_->on_failure(log.id(), log.log.cursor(), turn.why);
      if (log.at_end == FollowedLog::AtEnd::kForget) finish(log);
      break;
  }
  return turn.bytes;
}

void ReadLoop::finish(FollowedLog& log) {
  log.log.flush_all();
  if (!commit(log)) return;
  log.log.rest();
  if (log.at_end != FollowedLog::AtEnd::kForget) {
    log.at_end = FollowedLog::AtEnd::kWait;
    return schedule(log);
  }
  if (log.log.missed() && log.log.container().was_started()) {
    metrics_.missed_containers.add();
    diagnostics_.warn("agent", "a container was removed before its log was read",
                      {{"container", log.log.container().name}});
  }
  forget(log);
}

bool ReadLoop::commit(FollowedLog& log) {
  const bool lines = !writer_.empty();
  if (!room_.append([&] { return log.log.commit(); })) return false;
  if (lines) wakeup_.wake();
  return true;
}

}  // namespace logsvc::agent
