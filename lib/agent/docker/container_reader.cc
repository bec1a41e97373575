#include "agent/docker/container_reader.h"

#include <chrono>

namespace logsvc::agent {
namespace {

constexpr Duration kSinceSlack = kSecond;  // records of both outputs are not quite in order
constexpr std::chrono::milliseconds kRetryAfter{1000};
constexpr std::chrono::milliseconds kSpoolFullWait{500};

void sleep_unless(const std::atomic<bool>& stop, std::chrono::milliseconds time) {
  for (; time.count() > 0 && !stop; time -= std::chrono::milliseconds(100)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

ContainerReader::ContainerReader(const Context& context, std::string id)
    : context_(context), id_(std::move(id)), thread_([this] { run(); }) {
  context_.metrics.readers.add(1);
}

ContainerReader::~ContainerReader() {
  stop_ = true;
  thread_.join();
  context_.metrics.readers.add(-1);
}

void ContainerReader::run() {
  filter_ = std::make_unique<ResumeFilter>(context_.spool.cursor(id_));
  group_.cursor = filter_->cursor();
  bool read_something = false;
  while (!stop_) {
    auto inspected = context_.docker.inspect(id_, stop_);
    if (!inspected.ok()) {
      if (inspected.error().code != ErrorCode::kNotFound) {
        sleep_unless(stop_, kRetryAfter);
        continue;
      }
      if (!read_something && filter_->cursor().timestamp == 0) {
        context_.metrics.missed_containers.add();
        context_.diagnostics.warn("agent", "a container was removed before its log was read",
                                  {{"container", id_.substr(0, 12)}});
      }
      break;
    }
    container_ = std::move(*inspected);
    const auto enable = container_.labels.find("logsvc.enable");
    if (enable != container_.labels.end() && enable->second == "false") {
      unreadable_ = true;
      break;
    }
    pipeline_ = std::make_unique<Pipeline>(context_.host, container_);
    // An answer that broke inside a long line: read the line again from its first piece.
    if (joiner_ && joiner_->has_open()) filter_ = std::make_unique<ResumeFilter>(group_.cursor);
    joiner_ = std::make_unique<PartialJoiner>(context_.max_line_bytes);
    const bool was_running = container_.running;
    auto whole = read_answer(was_running, false);
    if (whole.ok() && !*whole) whole = read_answer(was_running, true);  // the anchor was not found
    // A follow stream may end with records unread: once more, without following.
    if (whole.ok() && was_running && !stop_) {
      whole = read_answer(false, false);
      if (whole.ok() && !*whole) whole = read_answer(false, true);
    }
    if (!whole.ok() && whole.error().code == ErrorCode::kUnsupported) {
      context_.diagnostics.warn("agent", "the log driver of a container cannot be read",
                                {{"container", container_.name},
                                 {"driver", container_.log_driver},
                                 {"why", whole.error().message}});
      unreadable_ = true;
      break;
    }
    read_something |= whole.ok();
    if (whole.ok() && !was_running) break;
    // Restarted, or the stream broke: look again.
    if (!whole.ok() && !stop_) sleep_unless(stop_, kRetryAfter);
    if (whole.ok()) {
      const auto again = context_.docker.inspect(id_, stop_);
      if (!again.ok() || !again->running) break;
    }
  }
  ended_ = true;
  context_.on_end();
}

Result<bool> ContainerReader::read_answer(bool follow, bool from_start) {
  filter_->reopen();
  LogRequest request;
  request.container = id_;
  request.follow = follow;
  const Timestamp last = filter_->cursor().timestamp;
  // A cursor in the future was stamped by a wrong clock: everything is searched.
  if (!from_start && last > 0) request.since = last - kSinceSlack;
  ASSIGN_OR_RETURN(HttpStream stream, context_.docker.logs(request, stop_));
  return consume(stream, from_start || last == 0);
}

Result<bool> ContainerReader::consume(HttpStream& stream, bool last_try) {
  LogFrameDecoder decoder(container_.tty);
  const uint64_t gaps = filter_->gaps(), repeats = filter_->repeats();
  const uint64_t cut = joiner_->cut_lines();
  bool anchor_missing = false;
  const auto on_line = [this](OutputStream s, Timestamp t, std::string_view line) {
    add_line(s, t, line);
  };
  const auto on_new = [&](const LogRecord& record) {
    joiner_->add(record, on_line);
    // The cursor moves only where no line is open: an open one is read again from its first piece.
    if (!joiner_->has_open()) group_.cursor = filter_->cursor();
  };
  const auto on_record = [&](const LogRecord& record) {
    if (anchor_missing) return;
    anchor_missing =
        filter_->add(record, last_try, on_new) == ResumeFilter::Verdict::kAnchorMissing;
  };
  Status failure;
  while (!anchor_missing) {
    const auto bytes = stream.read(0);
    if (!bytes.ok()) {
      failure = bytes.error();
      break;
    }
    if (bytes->empty()) break;
    if (const Status decoded = decoder.feed(*bytes, on_record); !decoded.ok()) {
      failure = decoded;
      break;
    }
    RETURN_IF_ERROR(commit());
  }
  if (failure.ok() && !anchor_missing) {
    decoder.finish(on_record);
    filter_->finish(last_try, on_new);
    joiner_->finish(on_line);
    group_.cursor = filter_->cursor();
  }
  RETURN_IF_ERROR(commit());
  context_.metrics.gaps.add(filter_->gaps() - gaps);
  context_.metrics.repeats.add(filter_->repeats() - repeats);
  context_.metrics.lines_cut.add(joiner_->cut_lines() - cut);
  if (filter_->gaps() > gaps) {
    context_.diagnostics.warn("agent", "lines were rotated away before they were read",
                              {{"container", container_.name}});
  }
  RETURN_IF_ERROR(failure);
  return !anchor_missing;
}

void ContainerReader::add_line(OutputStream stream, Timestamp time, std::string_view line) {
  const PipelineLine out = pipeline_->process(stream, time, line);
  group_.lines.push_back({out.labels.to_string(), out.timestamp, std::string(out.line)});
  context_.metrics.lines_read.add();
  context_.metrics.bytes_read.add(line.size());
}

Status ContainerReader::commit() {
  if (group_.lines.empty()) return {};
  group_.container = id_;
  while (true) {
    const Status appended = context_.spool.append(group_);
    if (appended.ok()) break;
    if (stop_) return Error{ErrorCode::kCancelled, "stopping"};
    context_.metrics.spool_full_waits.add();
    context_.diagnostics.warn("agent",
                              "the spool takes no more: reading waits, Docker keeps the lines",
                              {{"why", appended.error().message}});
    sleep_unless(stop_, kSpoolFullWait);
  }
  group_.lines.clear();
  context_.on_spooled();
  return {};
}

}  // namespace logsvc::agent
