#include "agent/push/pusher.h"

#include <algorithm>
#include <chrono>

namespace logsvc::agent {
namespace {

constexpr int64_t kPushesAtOnce = 3;  // behind a quiet time

}  // namespace

Pusher::Pusher(Spool& spool, PushTarget& target, const Clock& clock, AgentMetrics& metrics,
               Diagnostics& diagnostics, PusherOptions options, Says says)
    : spool_(spool),
      target_(target),
      clock_(clock),
      metrics_(metrics),
      diagnostics_(diagnostics),
      options_(std::move(options)),
      says_(std::move(says)),
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
    Batch batch(options_.batch);
    for (const int64_t due = next_push_ns_ - (kPushesAtOnce - 1) * options_.batch_wait; !stop_;) {
      if (const Status filled = fill(batch); !filled.ok()) {
        diagnostics_.error("agent", "the spool cannot be read", {{"why", filled.error().message}});
        wait_until(clock_.steady_ns() + options_.max_backoff, false);
      }
      const int64_t now = clock_.steady_ns();
      if (has_group_ || batch.full() || (!batch.empty() && now >= due)) break;
      const int64_t report_due = last_report_ns_ + options_.report_interval;
      if (batch.empty() && now >= report_due) {
        target_.report(report(nullptr));
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

Status Pusher::fill(Batch& batch) {
  while (!batch.full()) {
    if (!has_group_) {
      ASSIGN_OR_RETURN(has_group_, reader_->next(group_));
      if (!has_group_) return {};
    }
    if (!batch.takes(group_)) return {};
    has_group_ = false;
    if (!batch.add(group_, reader_->sequence()).ok()) refuse(group_.lines, "a damaged block");
  }
  return {};
}

void Pusher::acknowledge(const Batch& batch) {
  const Status done = spool_.acknowledge(options_.client, batch.last_sequence(), batch.lines());
  if (!done.ok())
    diagnostics_.error("agent", "cannot write the positions", {{"why", done.error().message}});
}

std::string Pusher::report(const Batch* batch) {
  last_report_ns_ = clock_.steady_ns();
  wire::AgentReport r = says_.report();
  r.agent = spool_.agent_id();
  r.clock = clock_.now();
  r.spool_bytes = spool_.size_bytes();
  r.spool_lines = spool_.waiting_lines(options_.client);
  if (refused_ > 0) r.dropped["refused"] = refused_;
  r.error = last_error_;
  r.error_at = last_error_at_;
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
    untold_ = says_.sources();
  }
  report.sources = untold_;
  size_t told = 0;
  std::string text = wire::encode_agent_report(report, &told);
  untold_.erase(untold_.begin(), untold_.begin() + static_cast<ptrdiff_t>(told));
  return text;
}

void Pusher::refuse(uint64_t lines, const std::string& why) {
  refused_ += lines;
  last_error_ = why;
  last_error_at_ = clock_.now();
  metrics_.lines_refused.add(lines);
  diagnostics_.error("agent", "the server refused lines for good",
                     {{"client", options_.name}, {"lines", std::to_string(lines)}, {"why", why}});
}

bool Pusher::send_halves(const PushMessage& message, uint64_t lines, const std::string& why) {
  auto halves = wire::split_push(message.body);
  if (!halves.ok()) {
    refuse(lines, why);
    return true;
  }
  // The ledger is told once.
  return send({std::move(halves->first), message.tenant, message.report}, lines / 2) &&
         send({std::move(halves->second), message.tenant, ""}, lines - lines / 2);
}

bool Pusher::send(const PushMessage& message, uint64_t lines) {
  Duration backoff = options_.min_backoff;
  while (!stop_) {
    const PushOutcome outcome = target_.push(message);
    if (outcome.kind == PushOutcome::Kind::kAccepted) {
      metrics_.lines_sent.add(lines);
      metrics_.pushes.add();
      if (was_failing_)
        diagnostics_.info("agent", "the server takes lines again", {{"client", options_.name}});
      was_failing_ = false;
      return true;
    }
    if (outcome.kind == PushOutcome::Kind::kRefused) {
      refuse(lines, outcome.detail);
      return true;
    }
    if (outcome.kind == PushOutcome::Kind::kTooLarge)
      return send_halves(message, lines, outcome.detail);
    if (stop_) return false;
    was_failing_ = true;
    last_error_ = outcome.detail;
    last_error_at_ = clock_.now();
    metrics_.push_retries.add();
    diagnostics_.warn("agent", "the server does not take lines; they wait in the spool",
                      {{"client", options_.name}, {"why", outcome.detail}});
    // Up to a quarter more, so that a fleet does not come back all at once.
    const Duration jitter = clock_.steady_ns() % std::max<Duration>(backoff / 4, 1);
    const Duration pause = std::max<Duration>(backoff + jitter, outcome.retry_after_s * kSecond);
    wait_until(clock_.steady_ns() + pause, false);
    backoff = std::min(backoff * 2, options_.max_backoff);
  }
  return false;
}

}  // namespace logsvc::agent
