#include "agent/docker/container_watcher.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace logsvc::agent {
namespace {

constexpr Duration kSinceSlack = kSecond;      // records of both outputs are not quite in order
constexpr Duration kWrongClock = 5 * kSecond;  // a place further ahead was stamped by one
constexpr Duration kMinRetry = 200 * kMillisecond;
constexpr int kMaxDoublings = 6;
constexpr size_t kRecentEvents = 256;  // as many as the daemon remembers

bool is_off(const Container& c) {
  const auto enable = c.labels.find("logsvc.enable");
  return enable != c.labels.end() && enable->second == "false";
}

}  // namespace

ContainerWatcher::ContainerWatcher(DockerClient& docker, ReadLoop& loop, Spool& spool,
                                   const Clock& clock, AgentMetrics& metrics,
                                   Diagnostics& diagnostics, WatcherOptions options)
    : docker_(docker),
      loop_(loop),
      spool_(spool),
      clock_(clock),
      metrics_(metrics),
      diagnostics_(diagnostics),
      options_(std::move(options)),
      networks_(docker, clock, diagnostics, options_.network_details),
      last_event_(options_.events_since) {
  loop.report_to([this](ReadLoop::Report report) {
    post([this, report = std::move(report)] { handle(report); });
  });
  events_thread_ = std::thread([this] { run_events(); });
  thread_ = std::thread([this] { run(); });
}

ContainerWatcher::~ContainerWatcher() {
  stop_ = true;
  post([] {});
  events_thread_.join();
  thread_.join();
}

void ContainerWatcher::post(std::function<void()> command) {
  MutexLock lock(mutex_);
  commands_.push_back(std::move(command));
  wanted_.notify_one();
}

void ContainerWatcher::run_events() {
  std::chrono::milliseconds pause{100};
  std::deque<std::string> recent;
  while (!stop_) {
    docker_.renegotiate();
    const Status ended = docker_.events(
        last_event_,
        [&] {
          pause = std::chrono::milliseconds(100);
          post([this] { next_reconcile_ = 0; });
        },
        [&](const DockerEvent& event) {
          // `since` is inclusive: the last ones come again.
          const std::string key = std::to_string(event.time) + event.action + event.id;
          if (std::find(recent.begin(), recent.end(), key) != recent.end()) return;
          recent.push_back(key);
          if (recent.size() > kRecentEvents) recent.pop_front();
          last_event_ = std::max(last_event_, event.time);
          options_.on_event(event);
          post([this, event] { handle(event); });
        },
        stop_);
    if (stop_) return;
    diagnostics_.warn("agent", "no events from Docker; trying again",
                      {{"why", ended.error().message}});
    for (auto waited = std::chrono::milliseconds(0); waited < pause && !stop_;
         waited += std::chrono::milliseconds(50)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    pause = std::min(pause * 2, std::chrono::milliseconds(5000));
  }
}

void ContainerWatcher::run() {
  while (!stop_) {
    std::deque<std::function<void()>> commands;
    {
      MutexLock lock(mutex_);
      int64_t until = next_reconcile_;
      for (const auto& [id, known] : known_) {
        if (known.retry_at > 0) until = std::min(until, known.retry_at);
      }
      const int64_t left = until - clock_.steady_ns();
      if (commands_.empty() && left > 0) wanted_.wait_for(mutex_, std::chrono::nanoseconds(left));
      commands.swap(commands_);
    }
    for (const auto& command : commands) {
      if (!stop_) command();
    }
    if (!stop_) retry_due();
    if (!stop_ && clock_.steady_ns() >= next_reconcile_) reconcile();
  }
}

void ContainerWatcher::handle(const DockerEvent& event) {
  const std::string& action = event.action;
  if (action == "create" || action == "start" || action == "rename" || action == "unpause") {
    look(event.id, action == "start");
  } else if (action == "die") {
    show_running(event.id, false);
    const auto found = known_.find(event.id);
    if (found != known_.end() && found->second.by_file) loop_.end_run(event.id);
  } else if (action == "destroy") {
    gone(event.id, false);
  }
}

void ContainerWatcher::gone(const std::string& id, bool started) {
  // A stream that is open still gives all there is; a file is read by the handle that is open.
  if (started && !known_.count(id) && spool_.state(loop_.source_of(id)).position.empty()) {
    metrics_.missed_containers.add();
    diagnostics_.warn("agent", "a container was removed before its log was read",
                      {{"container", id.substr(0, 12)}});
  }
  const auto found = known_.find(id);
  if (found == known_.end()) return;
  if (found->second.by_file || !found->second.streaming) {
    loop_.remove(id);
    forget(id);
  }
}

void ContainerWatcher::forget(const std::string& id) {
  known_.erase(id);
  MutexLock lock(status_mutex_);
  status_.erase(id);
}

void ContainerWatcher::show(const Container& container, std::string read_by, std::string path) {
  MutexLock lock(status_mutex_);
  WatchedContainer& shown = status_[container.id];
  // Without a path: as before, if it still is read so.
  if (path.empty() && read_by == "file") path = std::move(shown.path);
  shown = {container.id,       container.name,    container.log_driver,
           std::move(read_by), container.running, std::move(path)};
}

void ContainerWatcher::show_running(const std::string& id, bool running) {
  MutexLock lock(status_mutex_);
  if (const auto found = status_.find(id); found != status_.end()) found->second.running = running;
}

std::vector<WatchedContainer> ContainerWatcher::status() const {
  std::vector<WatchedContainer> out;
  {
    MutexLock lock(status_mutex_);
    for (const auto& [id, container] : status_) out.push_back(container);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

Result<Container> ContainerWatcher::inspect(const std::string& id) {
  ASSIGN_OR_RETURN(Container container, docker_.inspect(id, stop_));
  networks_.complete(container, stop_);
  return container;
}

void ContainerWatcher::reconcile() {
  next_reconcile_ = clock_.steady_ns() + options_.reconcile_interval;
  const auto listed = docker_.list(stop_);
  if (!listed.ok()) {
    next_reconcile_ = clock_.steady_ns() + 5 * kSecond;
    diagnostics_.warn("agent", "the containers cannot be listed",
                      {{"why", listed.error().message}});
    return;
  }
  has_listed_ = true;
  std::set<std::string> sources;
  std::set<std::string> present;
  for (const auto& c : *listed) {
    if (stop_) return;
    present.insert(c.id);
    show_running(c.id, c.running);
    sources.insert(loop_.source_of(c.id));
    const auto found = known_.find(c.id);
    const bool idle =
        found == known_.end() || (!found->second.by_file && !found->second.unreadable &&
                                  !found->second.unwanted && c.running && !found->second.streaming);
    const bool again = found != known_.end() && found->second.unwanted && options_.wanted_changes;
    if (idle || again) look(c.id, false);
  }
  std::vector<std::string> absent;
  for (const auto& [id, known] : known_) {
    if (!present.count(id)) absent.push_back(id);
  }
  for (const std::string& id : absent) gone(id, false);
  spool_.forget_absent(loop_.source_of(""), sources);
}

void ContainerWatcher::look(const std::string& id, bool started) {
  if (!options_.own_id_prefix.empty() && id.rfind(options_.own_id_prefix, 0) == 0) return;
  const auto inspected = inspect(id);
  if (!inspected.ok()) {
    if (inspected.error().code == ErrorCode::kNotFound) return gone(id, started);
    return retry_later(known_[id]);
  }
  const Container& container = *inspected;
  Known& known = known_[id];
  known.retry_at = 0;
  const bool reading = known.by_file || known.streaming;
  known.unwanted = !reading && (is_off(container) || !options_.wanted(container));
  if (known.unwanted) return;
  if (known.by_file) {
    show(container, "file");
    return loop_.update(container);
  }
  if (known.streaming) {
    // The answer may be one of before the start: once more when it ends.
    known.rung += started;
    show(container, "api");
    loop_.update(container);
    return;
  }
  if (known.unreadable && !started) return;
  known.unreadable = false;
  if (options_.read_by != ReadBy::kApi && read_files(known, container)) return;
  if (options_.read_by == ReadBy::kFile)
    return mark_unreadable(known, container, "its log file cannot be opened");
  if (known.done && !container.running && !started) return;
  if (!container.was_started()) return;
  known.done = false;
  if (known.cursor.timestamp == 0) {
    if (const auto cursor = decode_cursor(spool_.state(loop_.source_of(id)).position); cursor.ok())
      known.cursor = *cursor;
  }
  if (container.running) return open_running(known, container);
  open_answer(known, container, false, Reach::kTail);
}

void ContainerWatcher::open_running(Known& known, const Container& container) {
  if (!container.log_rotates) return open_answer(known, container, true, Reach::kTail);
  if (!known.has_bell) {
    LogRequest request;
    request.container = container.id;
    request.follow = true;
    request.none_yet = true;
    auto bell = docker_.logs(request, stop_);
    if (!bell.ok()) return answer_error(known, container, bell.error());
    loop_.hear_bell(container, std::make_unique<net::HttpStream>(std::move(*bell)));
    known.has_bell = true;
  }
  open_answer(known, container, false, Reach::kTail);
}

std::string ContainerWatcher::log_file_of(const Container& container, LogFileFormat& format) {
  if (container.log_driver == "json-file" || container.log_driver == "k8s-file") {
    format = LogFileFormat::kJsonFile;
    return container.log_path;
  }
  if (container.log_driver != "local") return "";
  format = LogFileFormat::kLocal;
  if (docker_root_.empty()) {
    if (const auto root = docker_.root_dir(stop_); root.ok()) docker_root_ = *root;
  }
  if (docker_root_.empty()) return "";
  return docker_root_ + "/containers/" + container.id + "/local-logs/container.log";
}

bool ContainerWatcher::read_files(Known& known, const Container& container) {
  LogFileFormat format = LogFileFormat::kJsonFile;
  const std::string path = log_file_of(container, format);
  if (path.empty()) return false;
  const std::string dir = path.substr(0, path.rfind('/'));
  if (::access(dir.c_str(), R_OK | X_OK) != 0) return false;
  if (::access(path.c_str(), F_OK) == 0 && ::access(path.c_str(), R_OK) != 0) return false;
  known.by_file = true;
  known.failures = 0;
  diagnostics_.debug("agent", "reading the files of a container's log",
                     {{"container", container.name}, {"path", path}});
  loop_.read_files(container, path, format);
  show(container, "file", path);
  return true;
}

void ContainerWatcher::open_answer(Known& known, const Container& container, bool follow,
                                   Reach reach, uint64_t tail) {
  LogRequest request;
  request.container = container.id;
  request.follow = follow;
  const Timestamp last = known.cursor.timestamp;
  // A place in the future was stamped by a wrong clock: everything is searched.
  if (last == 0 || known.cursor.is_time_only() || last > clock_.now() + kWrongClock)
    reach = Reach::kEverything;
  if (reach == Reach::kTail && docker_.is_podman()) reach = Reach::kSince;
  if (reach == Reach::kTail) request.tail = tail;
  if (reach == Reach::kSince) request.since = last - kSinceSlack;
  auto answer = docker_.logs(request, stop_);
  if (answer.ok()) {
    if (!known.following && !known.streaming)
      diagnostics_.debug("agent", "reading a container's log by the API",
                         {{"container", container.name}});
    known.streaming = true;
    known.following = follow;
    known.reach = reach;
    show(container, "api");
    loop_.read_stream(container, std::make_unique<net::HttpStream>(std::move(*answer)),
                      reach == Reach::kEverything);
    return;
  }
  answer_error(known, container, answer.error());
}

void ContainerWatcher::answer_error(Known& known, const Container& container, const Error& error) {
  known.streaming = false;
  if (error.code == ErrorCode::kUnsupported)
    return mark_unreadable(known, container, error.message);
  if (error.code == ErrorCode::kNotFound) return gone(container.id, false);
  diagnostics_.warn("agent", "a container's log cannot be read; trying again",
                    {{"container", container.name}, {"why", error.message}});
  retry_later(known);
}

void ContainerWatcher::mark_unreadable(Known& known, const Container& container,
                                       const std::string& why) {
  known.unreadable = true;
  show(container, "not read: " + why);
  diagnostics_.warn(
      "agent", "the log of a container cannot be read",
      {{"container", container.name}, {"driver", container.log_driver}, {"why", why}});
}

void ContainerWatcher::retry_later(Known& known) {
  known.streaming = false;
  known.retry_at = clock_.steady_ns() + (kMinRetry << std::min(known.failures, kMaxDoublings));
  ++known.failures;
}

void ContainerWatcher::retry_due() {
  std::vector<std::string> due;
  for (const auto& [id, known] : known_) {
    if (known.retry_at > 0 && known.retry_at <= clock_.steady_ns()) due.push_back(id);
  }
  for (const std::string& id : due) look(id, false);
}

void ContainerWatcher::handle(const ReadLoop::Report& report) {
  using Kind = ReadLoop::Report::Kind;
  const auto found = known_.find(report.id);
  if (found == known_.end()) return;
  Known& known = found->second;
  if (report.cursor.timestamp != 0) known.cursor = report.cursor;
  if (report.kind == Kind::kSilent) return probe(report.id, known);
  if (report.kind == Kind::kFinished) return;
  if (report.kind == Kind::kBellEnded) {
    known.has_bell = false;
    ++known.rung;
    if (!known.streaming) look(report.id, true);
    return;
  }
  if (report.kind == Kind::kBell && known.streaming) {
    known.rung += report.records;
    return;
  }
  if (report.kind == Kind::kBroken) {
    diagnostics_.warn("agent", "reading a container's log was cut off; trying again",
                      {{"container", report.id.substr(0, 12)}, {"why", report.why}});
    known.by_file = false;
    return retry_later(known);
  }
  const auto inspected = inspect(report.id);
  if (!inspected.ok()) {
    if (inspected.error().code != ErrorCode::kNotFound) return retry_later(known);
    known.streaming = false;
    return gone(report.id, false);
  }
  if (report.kind == Kind::kAnchorMissing) {
    const Reach next = known.reach == Reach::kTail ? Reach::kSince : Reach::kEverything;
    return open_answer(known, *inspected, known.following && inspected->running, next);
  }
  known.failures = 0;
  const uint64_t rung = std::exchange(known.rung, 0) + report.records;
  if (rung > 0) {
    // The stream leaves records out: more than were seen may be new.
    if (known.has_bell || !inspected->running)
      return open_answer(known, *inspected, false, Reach::kTail, 2 * rung + kTailRecords);
    return open_running(known, *inspected);
  }
  if (known.following) return open_answer(known, *inspected, false, Reach::kTail);
  known.streaming = false;
  if (inspected->running && known.has_bell) return loop_.listen(report.id);
  if (inspected->running) return open_running(known, *inspected);
  known.done = true;
  loop_.end_run(report.id);
}

// A follower may have stopped without a sign: the newest record tells.
void ContainerWatcher::probe(const std::string& id, Known& known) {
  if (!known.streaming || !known.following) return;
  const auto inspected = inspect(id);
  if (!inspected.ok() || !inspected->running) return;
  LogRequest request;
  request.container = id;
  request.tail = 1;
  auto answer = docker_.logs(request, stop_);
  if (!answer.ok()) return;
  const auto body = answer->read_all(1u << 20, 5'000);
  if (!body.ok()) return;
  Timestamp newest = 0;
  LogFrameDecoder decoder(inspected->tty);
  const auto on_record = [&](const LogRecord& r) { newest = r.timestamp; };
  if (!decoder.feed(*body, on_record).ok()) return;
  decoder.finish(on_record);
  if (newest <= known.cursor.timestamp) return;
  diagnostics_.warn("agent", "a stream of Docker had stopped silently; it is opened again",
                    {{"container", inspected->name}});
  metrics_.stalled_streams.add();
  open_answer(known, *inspected, true, Reach::kTail);
}

}  // namespace logsvc::agent
