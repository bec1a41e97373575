#include "agent/docker/container_follower.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace logsvc::agent {
namespace {

constexpr Duration kSinceSlack = kSecond;      // both outputs' records are slightly out of order
constexpr Duration kWrongClock = 5 * kSecond;  // the place is from a wrong clock
constexpr Duration kMinRetry = 200 * kMillisecond;
constexpr int kMaxDoublings = 6;
constexpr size_t kNewestRecordBytes = 1u << 20;
constexpr int kNewestRecordTimeoutMs = 5'000;

bool is_off(const Container& c) {
  const auto enable = c.labels.find("logsvc.enable");
  return enable != c.labels.end() && enable->second == "false";
}

std::unique_ptr<net::HttpStream> kept(net::HttpStream stream) {
  return std::make_unique<net::HttpStream>(std::move(stream));
}

}  // namespace

Result<Container> ContainerFollower::inspect() const {
  ASSIGN_OR_RETURN(Container container, context_.docker.inspect(id_, context_.stop));
  context_.networks.complete(container, context_.stop);
  return container;
}

bool ContainerFollower::inspect_or_retry(Container& out) {
  auto inspected = inspect();
  if (inspected.ok()) {
    out = std::move(*inspected);
    return true;
  }
  state_ = State::kListed;
  if (inspected.error().code == ErrorCode::kNotFound) {
    on_removal();
  } else {
    retry_later();
  }
  return false;
}

void ContainerFollower::note_place(const Cursor& place) {
  if (place.timestamp != 0) place_ = place;
}

void ContainerFollower::look(bool started) {
  retry_at_ = kNever;
  const auto inspected = inspect();
  if (!inspected.ok()) {
    if (inspected.error().code != ErrorCode::kNotFound) return retry_later();
    if (started && !inspected_ &&
        context_.spool.state(context_.loop.source_of(id_)).position.empty()) {
      context_.metrics.missed_containers.add();
      context_.diagnostics.warn("agent", "a container was removed before its log was read",
                                {{"container", id_.substr(0, 12)}});
    }
    return on_removal();
  }
  inspected_ = true;
  if (state_ == State::kByFile) {
    context_.shown.show(*inspected, "file");
    context_.loop.tell(ReadLoop::Update{*inspected});
  } else if (has_answer()) {
    // The answer may date from before the start: read another one when it ends.
    missed_records_ += started;
    context_.shown.show(*inspected, "api");
    context_.loop.tell(ReadLoop::Update{*inspected});
  } else {
    begin(*inspected, started);
  }
}

void ContainerFollower::begin(const Container& container, bool started) {
  if (is_off(container) || !context_.wanted(container)) {
    state_ = State::kUnwanted;
    return;
  }
  if (state_ == State::kUnreadable && !started) return;
  if (state_ == State::kUnwanted || state_ == State::kUnreadable) state_ = State::kListed;
  if (context_.read_by != ReadBy::kApi && read_files(container)) return;
  if (context_.read_by == ReadBy::kFile)
    return stop_unreadable(container, "its log file cannot be opened");
  if (state_ == State::kEnded && !container.running && !started) return;
  if (!container.was_started()) return;
  if (place_.timestamp == 0) {
    const auto saved = decode_cursor(context_.spool.state(context_.loop.source_of(id_)).position);
    if (saved.ok()) place_ = *saved;
  }
  if (container.running) return open_running(container);
  open_answer(container, false, Lookback::kTail);
}

std::string ContainerFollower::log_file_of(const Container& container,
                                           LogFileFormat& format) const {
  if (container.log_driver == "json-file" || container.log_driver == "k8s-file") {
    format = LogFileFormat::kJsonFile;
    return container.log_path;
  }
  if (container.log_driver != "local") return "";
  format = LogFileFormat::kLocal;
  if (context_.docker_root.empty()) {
    if (const auto root = context_.docker.root_dir(context_.stop); root.ok())
      context_.docker_root = *root;
  }
  if (context_.docker_root.empty()) return "";
  return context_.docker_root + "/containers/" + container.id + "/local-logs/container.log";
}

bool ContainerFollower::read_files(const Container& container) {
  LogFileFormat format = LogFileFormat::kJsonFile;
  const std::string path = log_file_of(container, format);
  if (path.empty()) return false;
  const std::string dir = path.substr(0, path.rfind('/'));
  if (::access(dir.c_str(), R_OK | X_OK) != 0) return false;
  if (::access(path.c_str(), F_OK) == 0 && ::access(path.c_str(), R_OK) != 0) return false;
  state_ = State::kByFile;
  failures_ = 0;
  context_.diagnostics.debug("agent", "reading the files of a container's log",
                             {{"container", container.name}, {"path", path}});
  context_.loop.tell(ReadLoop::ReadFiles{container, path, format});
  context_.shown.show(container, "file", path);
  return true;
}

void ContainerFollower::open_running(const Container& container) {
  if (!container.log_rotates) return open_answer(container, true, Lookback::kTail);
  if (!has_wakeups_) {
    LogRequest request;
    request.container = id_;
    request.follow = true;
    request.none_yet = true;
    auto records = context_.docker.logs(request, context_.stop);
    if (!records.ok()) return on_answer_error(container, records.error());
    context_.loop.tell(ReadLoop::WatchForNew{container, kept(std::move(*records))});
    has_wakeups_ = true;
  }
  open_answer(container, false, Lookback::kTail);
}

LogRequest ContainerFollower::request_of(const Container& container, bool follow,
                                         Lookback& lookback, uint64_t tail) const {
  LogRequest request;
  request.container = container.id;
  request.follow = follow;
  const Timestamp last = place_.timestamp;
  // A place in the future has the time of a wrong clock: search everything.
  if (last == 0 || place_.is_time_only() || last > context_.clock.now() + kWrongClock)
    lookback = Lookback::kEverything;
  if (lookback == Lookback::kTail && context_.docker.is_podman()) lookback = Lookback::kSince;
  if (lookback == Lookback::kTail) request.tail = tail;
  if (lookback == Lookback::kSince) request.since = last - kSinceSlack;
  return request;
}

void ContainerFollower::open_answer(const Container& container, bool follow, Lookback lookback,
                                    uint64_t tail) {
  const LogRequest request = request_of(container, follow, lookback, tail);
  auto answer = context_.docker.logs(request, context_.stop);
  if (!answer.ok()) return on_answer_error(container, answer.error());
  if (state_ == State::kListed) {
    context_.diagnostics.debug("agent", "reading a container's log by the API",
                               {{"container", container.name}});
  }
  state_ = follow ? State::kFollowing : State::kAnswering;
  lookback_ = lookback;
  context_.shown.show(container, "api");
  context_.loop.tell(
      ReadLoop::ReadAnswer{container, kept(std::move(*answer)), lookback == Lookback::kEverything});
}

void ContainerFollower::read_missed(const Container& container, uint64_t records) {
  // The stream that reported them omits records, so more may be new.
  if (has_wakeups_ || !container.running)
    return open_answer(container, false, Lookback::kTail, 2 * records + kTailRecords);
  open_running(container);
}

void ContainerFollower::on_answer_error(const Container& container, const Error& error) {
  state_ = State::kListed;
  if (error.code == ErrorCode::kUnsupported) return stop_unreadable(container, error.message);
  if (error.code == ErrorCode::kNotFound) return on_removal();
  context_.diagnostics.warn("agent", "a container's log cannot be read; trying again",
                            {{"container", container.name}, {"why", error.message}});
  retry_later();
}

void ContainerFollower::stop_unreadable(const Container& container, const std::string& why) {
  state_ = State::kUnreadable;
  context_.shown.show(container, "not read: " + why);
  context_.diagnostics.warn(
      "agent", "the log of a container cannot be read",
      {{"container", container.name}, {"driver", container.log_driver}, {"why", why}});
}

void ContainerFollower::retry_later() {
  retry_at_ = context_.clock.steady_ns() + (kMinRetry << std::min(failures_, kMaxDoublings));
  ++failures_;
}

void ContainerFollower::on_run_end() {
  context_.shown.show_running(id_, false);
  if (state_ == State::kByFile) context_.loop.tell(ReadLoop::EndRun{id_});
}

void ContainerFollower::on_removal() {
  // An open answer still gives all records, and an open handle still reads a file.
  if (has_answer()) return;
  context_.loop.tell(ReadLoop::Remove{id_});
  context_.shown.forget(id_);
  retry_at_ = kNever;
  state_ = State::kGone;
}

void ContainerFollower::on_answer_end(const Cursor& place) {
  note_place(place);
  const bool followed = state_ == State::kFollowing;
  Container container;
  if (!inspect_or_retry(container)) return;
  failures_ = 0;
  if (const uint64_t missed = std::exchange(missed_records_, 0); missed > 0) {
    read_missed(container, missed);
  } else if (followed) {
    open_answer(container, false, Lookback::kTail);
  } else if (container.running && has_wakeups_) {
    state_ = State::kNotified;
  } else if (container.running) {
    open_running(container);
  } else {
    state_ = State::kEnded;
    context_.loop.tell(ReadLoop::EndRun{id_});
  }
}

void ContainerFollower::on_place_missing(const Cursor& place) {
  note_place(place);
  const bool followed = state_ == State::kFollowing;
  Container container;
  if (!inspect_or_retry(container)) return;
  const Lookback next = lookback_ == Lookback::kTail ? Lookback::kSince : Lookback::kEverything;
  open_answer(container, followed && container.running, next);
}

void ContainerFollower::on_failure(const Cursor& place, const std::string& why) {
  note_place(place);
  context_.diagnostics.warn("agent", "reading a container's log was cut off; trying again",
                            {{"container", id_.substr(0, 12)}, {"why", why}});
  state_ = State::kListed;
  retry_later();
}

void ContainerFollower::on_new_records(const Cursor& place, uint64_t records) {
  note_place(place);
  missed_records_ += records;
  const bool may_read =
      state_ == State::kNotified || state_ == State::kListed || state_ == State::kEnded;
  Container container;
  if (!may_read || !inspect_or_retry(container)) return;
  failures_ = 0;
  read_missed(container, std::exchange(missed_records_, 0));
}

void ContainerFollower::on_wakeups_end(const Cursor& place) {
  note_place(place);
  has_wakeups_ = false;
  ++missed_records_;
  if (!has_answer()) look(true);
}

Timestamp ContainerFollower::newest_record(const Container& container) const {
  LogRequest request;
  request.container = id_;
  request.tail = 1;
  auto answer = context_.docker.logs(request, context_.stop);
  if (!answer.ok()) return 0;
  const auto body = answer->read_all(kNewestRecordBytes, kNewestRecordTimeoutMs);
  if (!body.ok()) return 0;
  Timestamp newest = 0;
  LogFrameDecoder decoder(container.tty);
  const auto on_record = [&](const LogRecord& r) { newest = r.timestamp; };
  if (!decoder.feed(*body, on_record).ok()) return 0;
  decoder.finish(on_record);
  return newest;
}

// A follow stream may have stopped without a sign: the newest record shows it.
void ContainerFollower::on_silence(const Cursor& place) {
  note_place(place);
  if (state_ != State::kFollowing) return;
  const auto container = inspect();
  if (!container.ok() || !container->running) return;
  if (newest_record(*container) <= place_.timestamp) return;
  context_.diagnostics.warn("agent", "a stream of Docker had stopped silently; it is opened again",
                            {{"container", container->name}});
  context_.metrics.stalled_streams.add();
  open_answer(*container, true, Lookback::kTail);
}

}  // namespace logsvc::agent
