#include "agent/push/pusher.h"

#include <algorithm>
#include <chrono>

namespace logsvc::agent {
namespace {

constexpr int64_t kPushesAtOnce = 3;                      // after a quiet time
constexpr Duration kProbeInterval = 1500 * kMillisecond;  // and up to a third more
constexpr Duration kNotableOffset = 10 * kSecond;         // for warnings about clocks

}  // namespace

Pusher::Pusher(Spool& spool, RefusedLines& refused, PushTarget& target, const Clock& clock,
               AgentMetrics& metrics, Diagnostics& diagnostics, PusherOptions options,
               ReportSource& reports)
    : spool_(spool),
      refused_lines_(refused),
      target_(target),
      clock_(clock),
      metrics_(metrics),
      diagnostics_(diagnostics),
      options_(std::move(options)),
      reports_(reports),
      reader_(spool.reader(options_.client)),
      next_push_ns_(clock.steady_ns()),
      thread_([this] { run(); }) {}

Pusher::~Pusher() {
  stop_ = true;
  target_.cancel();
  wake();
  thread_.join();
}

void Pusher::wake() {
  MutexLock lock(mutex_);
  work_ = true;
  wanted_.notify_one();
}

void Pusher::wait_until(int64_t until, bool wakeable) {
  MutexLock lock(mutex_);
  while (!stop_ && !(wakeable && work_)) {
    const int64_t left = until - clock_.steady_ns();
    if (left <= 0) break;
    wanted_.wait_for(mutex_, std::chrono::nanoseconds(left));
  }
  if (wakeable) work_ = false;
}

void Pusher::run() {
  last_report_ns_ = clock_.steady_ns() - options_.report_interval;
  while (!stop_) {
    obey_requests();
    Batch batch(options_.batch);
    for (const int64_t due = next_push_ns_ - (kPushesAtOnce - 1) * options_.batch_wait; !stop_;) {
      if (const Done filled = fill(batch); !filled.ok()) {
        diagnostics_.error("agent", "the spool cannot be read", {{"why", filled.error().message}});
        wait_until(clock_.steady_ns() + options_.max_backoff, false);
      }
      const int64_t now = clock_.steady_ns();
      if (has_group_ || batch.full() || (!batch.empty() && now >= due)) break;
      const int64_t report_due = last_report_ns_ + options_.report_interval;
      if (batch.empty() && now >= report_due) {
        send_report();
      } else {
        wait_until(batch.empty() ? report_due : due, true);
      }
    }
    if (stop_ || batch.empty()) continue;
    next_push_ns_ = std::max(next_push_ns_, clock_.steady_ns()) + options_.batch_wait;
    PushMessage message{batch.take_body(), batch.tenant(), report(&batch)};
    if (batch.lines() == 0 || send(message, batch.lines())) acknowledge(batch);
  }
}

Pusher::Done Pusher::fill(Batch& batch) {
  while (!batch.full()) {
    if (!has_group_) {
      ASSIGN_OR_RETURN(has_group_, reader_->next(group_));
      if (!has_group_) return {};
    }
    if (!batch.takes(group_)) return {};
    has_group_ = false;
    if (!batch.add(group_, reader_->sequence()).ok())
      set_aside(std::string(group_.tenant), group_.lines, "a damaged block", group_.block);
  }
  return {};
}

void Pusher::acknowledge(const Batch& batch) {
  const Done done = spool_.acknowledge(options_.client, batch.last_sequence(), batch.lines());
  if (!done.ok())
    diagnostics_.error("agent", "cannot write the positions", {{"why", done.error().message}});
}

std::string Pusher::report(const Batch* batch) {
  last_report_ns_ = clock_.steady_ns();
  wire::AgentReport r = reports_.report();
  r.agent = spool_.agent_id();
  r.clock = clock_.now();
  r.spool_bytes = spool_.size_bytes();
  r.spool_lines = spool_.waiting_lines(options_.client);
  if (refused_ > 0) r.dropped["refused"] = refused_;
  r.set_aside = refused_lines_.lines();
  r.clock_offset = clock_offset_.value();
  {
    MutexLock lock(status_mutex_);
    r.error = last_error_;
    r.error_at = last_error_at_;
  }
  if (batch && batch->lines() > 0) {
    r.spool_age = std::max<Duration>(r.clock - batch->oldest_read_at(), 0);
    r.lines = batch->ranges();
  }
  return with_sources(std::move(r));
}

std::string Pusher::with_sources(wire::AgentReport report) {
  if (untold_.empty() && (described_ns_ == INT64_MIN ||
                          clock_.steady_ns() - described_ns_ >= options_.describe_interval)) {
    described_ns_ = clock_.steady_ns();
    untold_ = reports_.sources();
  }
  report.sources = untold_;
  size_t told = 0;
  std::string text = wire::encode_agent_report(report, &told);
  untold_.erase(untold_.begin(), untold_.begin() + static_cast<ptrdiff_t>(told));
  return text;
}

void Pusher::note_error(const std::string& why) {
  MutexLock lock(status_mutex_);
  last_error_ = why;
  last_error_at_ = clock_.now();
}

void Pusher::set_aside(const std::string& tenant, uint64_t lines, const std::string& why,
                       std::string_view block) {
  refused_ += lines;
  note_error(why);
  metrics_.lines_refused.add(lines);
  const Done kept = refused_lines_.add({options_.name, tenant, clock_.now(), lines, why, block});
  if (!kept.ok()) metrics_.refused_dropped.add(lines);
  diagnostics_.error("agent",
                     kept.ok() ? "the server refused lines for good; they are kept aside: see "
                                 "logsvc inspect DATA-DIR"
                               : "the server refused lines for good; they are lost",
                     {{"client", options_.name},
                      {"lines", std::to_string(lines)},
                      {"why", why},
                      {"cannot_keep", kept.ok() ? "" : kept.error().message}});
}

void Pusher::refuse(const PushMessage& message, uint64_t lines, const PushOutcome& outcome) {
  uint64_t refused = 0;
  for (const wire::EntryRange& range : outcome.refused) refused += range.count;
  const auto block = wire::pick_entries(message.body, outcome.refused);
  if (refused == 0 || refused > lines || !block.ok())  // it does not say which
    return set_aside(message.tenant, lines, outcome.detail, message.body);
  metrics_.lines_sent.add(lines - refused);
  set_aside(message.tenant, refused, outcome.detail, *block);
}

bool Pusher::send_halves(const PushMessage& message, uint64_t lines, const std::string& why) {
  auto halves = wire::split_push(message.body);
  if (!halves.ok()) {
    set_aside(message.tenant, lines, why, message.body);
    return true;
  }
  // The report is sent with the first half only.
  return send({std::move(halves->first), message.tenant, message.report}, lines / 2) &&
         send({std::move(halves->second), message.tenant, report(nullptr)}, lines - lines / 2);
}

void Pusher::measure_clock(Timestamp before, const PushOutcome& outcome) {
  if (!outcome.server_clock) return;
  clock_offset_.add(before, clock_.now(), *outcome.server_clock);
  const auto offset = clock_offset_.value();
  if (!offset) return;
  metrics_.clock_offset(options_.name)
      .set(static_cast<double>(*offset) / static_cast<double>(kSecond));
  {
    MutexLock lock(status_mutex_);
    shown_offset_ = offset;
  }
  if (*offset > -kNotableOffset && *offset < kNotableOffset) return;
  diagnostics_.warn(
      "agent",
      "the clocks of this host and of the server differ: lines show at times that "
      "are wrong by as much",
      {{"client", options_.name}, {"ahead_by", format_duration(*offset - *offset % kMillisecond)}});
}

PushOutcome Pusher::push(const PushMessage& message) {
  const Timestamp before = clock_.now();
  PushOutcome outcome = target_.push(message);
  measure_clock(before, outcome);
  if (outcome.kept_at_arrival > 0) metrics_.kept_at_arrival.add(outcome.kept_at_arrival);
  return outcome;
}

void Pusher::send_report() {
  obey_requests();
  const std::string text = report(nullptr);
  const Timestamp before = clock_.now();
  measure_clock(before, target_.report(text));
}

void Pusher::obey_requests() {
  const auto done = refused_lines_.obey_request(spool_, clock_.now());
  if (!done.ok()) {
    diagnostics_.warn("agent", "cannot do what was asked of the refused lines; trying again",
                      {{"why", done.error().message}});
  } else if (*done) {
    diagnostics_.info("agent", "the refused lines were sent again or removed, as was asked");
  }
}

void Pusher::pause(Duration backoff, const PushOutcome& outcome) {
  const auto jitter = [this](Duration most) {
    return clock_.steady_ns() % std::max<Duration>(most, 1);
  };
  // Waits up to a quarter longer, so that a fleet does not return all at once.
  Duration wait =
      std::max<Duration>(backoff + jitter(backoff / 4), outcome.retry_after_s * kSecond);
  const auto probe_interval = [&] { return kProbeInterval + jitter(kProbeInterval / 3); };
  // Nobody answered: the next try costs no more than a probe.
  if (!outcome.answered) wait = std::min<Duration>(wait, probe_interval());
  const int64_t until = clock_.steady_ns() + wait;
  bool was_away = false;
  while (!stop_ && clock_.steady_ns() < until) {
    wait_until(std::min(until, clock_.steady_ns() + probe_interval()), false);
    if (stop_ || clock_.steady_ns() >= until) return;
    const bool away = target_.report(report(nullptr)).kind != PushOutcome::Kind::kAccepted;
    if (was_away && !away) return;
    was_away = away;
  }
}

bool Pusher::send(const PushMessage& message, uint64_t lines) {
  Duration backoff = options_.min_backoff;
  while (!stop_) {
    const PushOutcome outcome = push(message);
    if (outcome.kind == PushOutcome::Kind::kAccepted) {
      metrics_.lines_sent.add(lines);
      metrics_.pushes.add();
      if (was_failing_)
        diagnostics_.info("agent", "the server takes lines again", {{"client", options_.name}});
      was_failing_ = false;
      return true;
    }
    if (outcome.kind == PushOutcome::Kind::kRefused) {
      refuse(message, lines, outcome);
      return true;
    }
    if (outcome.kind == PushOutcome::Kind::kTooLarge)
      return send_halves(message, lines, outcome.detail);
    if (stop_) return false;
    was_failing_ = true;
    note_error(outcome.detail);
    metrics_.push_retries.add();
    diagnostics_.warn("agent", "the server does not take lines; they wait in the spool",
                      {{"client", options_.name}, {"why", outcome.detail}});
    pause(backoff, outcome);
    backoff = std::min(backoff * 2, options_.max_backoff);
  }
  return false;
}

Pusher::Status Pusher::status() const {
  MutexLock lock(status_mutex_);
  return {options_.name, spool_.waiting_lines(options_.client), shown_offset_, last_error_,
          last_error_at_};
}

}  // namespace logsvc::agent
