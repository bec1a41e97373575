#include "agent/push/pusher.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "model/entry.h"
#include "wire/push_protobuf.h"

namespace logsvc::agent {
namespace {

// The checkpoint costs two syncs: once a second is often enough, since the server leaves out what
// it gets twice.
constexpr Duration kAcknowledgeInterval = kSecond;
constexpr Duration kIdleWait = kSecond;

}  // namespace

Pusher::Pusher(Spool& spool, PushTarget& target, const Clock& clock, AgentMetrics& metrics,
               Diagnostics& diagnostics, PusherOptions options)
    : spool_(spool),
      target_(target),
      clock_(clock),
      metrics_(metrics),
      diagnostics_(diagnostics),
      options_(options),
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

void Pusher::wait(Duration time) {
  const int64_t until = clock_.steady_ns() + time;
  MutexLock lock(mutex_);
  while (!stop_ && clock_.steady_ns() < until) {
    wanted_.wait_for(mutex_, std::chrono::milliseconds(100));
  }
}

void Pusher::run() {
  while (!stop_) {
    {
      MutexLock lock(mutex_);
      if (!work_) wanted_.wait_for(mutex_, std::chrono::nanoseconds(kIdleWait));
      work_ = false;
    }
    while (!stop_) {
      BatchToSend batch;
      const auto found = collect(batch);
      if (!found.ok()) {
        diagnostics_.error("agent", "the spool cannot be read", {{"why", found.error().message}});
        wait(options_.max_backoff);
        break;
      }
      if (!*found || !send(batch)) break;
      sent_sequence_ = batch.last_sequence;
      acknowledge(sent_sequence_, false);
    }
    acknowledge(sent_sequence_, false);
  }
  acknowledge(sent_sequence_, true);
}

void Pusher::acknowledge(uint64_t sequence, bool force) {
  const int64_t now = clock_.steady_ns();
  if (sequence == acknowledged_sequence_ ||
      (!force && now - acknowledged_ns_ < kAcknowledgeInterval)) {
    return;
  }
  if (const Status done = spool_.acknowledge(sequence); !done.ok()) {
    diagnostics_.error("agent", "cannot write the positions", {{"why", done.error().message}});
    return;
  }
  acknowledged_sequence_ = sequence;
  acknowledged_ns_ = now;
}

Result<bool> Pusher::collect(BatchToSend& batch) {
  struct Lines {
    std::vector<SpooledLine> lines;
  };
  std::map<std::string, Lines> by_labels;
  uint64_t bytes = 0;
  SpoolGroup group;
  while (bytes < options_.batch_bytes) {
    ASSIGN_OR_RETURN(const bool found, spool_.next(group, batch.last_sequence));
    if (!found) break;
    for (SpooledLine& line : group.lines) {
      bytes += line.line.size() + 32;
      ++batch.lines;
      by_labels[line.labels].lines.push_back(std::move(line));
    }
  }
  if (batch.last_sequence == 0) return false;
  std::vector<StreamEntries> streams;
  for (const auto& [labels, lines] : by_labels) {
    ASSIGN_OR_RETURN(LabelSet set, LabelSet::parse(labels));
    StreamEntries stream{std::move(set), {}};
    for (const SpooledLine& line : lines.lines)
      stream.entries.push_back({line.timestamp, line.line, {}});
    streams.push_back(std::move(stream));
  }
  batch.body = wire::encode_push_protobuf(streams);
  return true;
}

bool Pusher::send(const BatchToSend& batch) {
  Duration backoff = options_.min_backoff;
  while (!stop_) {
    const PushOutcome outcome = target_.push(batch.body);
    if (outcome.kind == PushOutcome::Kind::kAccepted) {
      metrics_.lines_sent.add(batch.lines);
      if (was_failing_) diagnostics_.info("agent", "the server takes lines again");
      was_failing_ = false;
      return true;
    }
    if (outcome.kind == PushOutcome::Kind::kRefused) {
      metrics_.lines_dropped.add(batch.lines);
      diagnostics_.error("agent", "the server refused lines for good",
                         {{"lines", std::to_string(batch.lines)}, {"why", outcome.detail}});
      return true;
    }
    if (stop_) return false;
    was_failing_ = true;
    metrics_.push_retries.add();
    diagnostics_.warn("agent", "the server does not take lines; they wait in the spool",
                      {{"why", outcome.detail}});
    // Up to a quarter more, so that a fleet does not come back all at once.
    const Duration jitter = clock_.steady_ns() % std::max<Duration>(backoff / 4, 1);
    wait(std::max<Duration>(backoff + jitter, outcome.retry_after_s * kSecond));
    backoff = std::min(backoff * 2, options_.max_backoff);
  }
  return false;
}

}  // namespace logsvc::agent
