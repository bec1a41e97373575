#include "agent/push_api/push_receiver.h"

#include <algorithm>
#include <chrono>

#include "agent/pipeline/pipeline_entry.h"

namespace logsvc::agent {
namespace {

constexpr Duration kPatience = 10 * kSecond;  // for a waiting push
constexpr Duration kLook = 200 * kMillisecond;
constexpr Duration kLongLook = 60 * kSecond;
constexpr size_t kCommitBytes = 1u << 20;

constexpr const char* kReceivedDropped = "logsvc_agent_received_dropped_total";

Counter& refused(Metrics& m, const char* reason) {
  return m.counter("logsvc_agent_push_api_refused_total",
                   "Pushes to loki_push_api that were refused", {{"reason", reason}});
}

// Returns the labels of plain lines: labels that begin with __ are not sent, except the tenant.
Labels raw_labels(const Labels& labels) {
  Labels out;
  for (const Label& label : labels) {
    if (!label.name.starts_with("__") || label.name == kTenantLabel) out.push_back(label);
  }
  return out;
}

}  // namespace

PushApiMetrics::PushApiMetrics(Metrics& m)
    : entries(m.counter("logsvc_agent_push_api_entries_total",
                        "Entries that others pushed to loki_push_api, taken")),
      without_labels(m.counter(kReceivedDropped, "What came over the network and was not taken",
                               {{"reason", "no_labels"}})),
      bad(refused(m, "bad_request")),
      too_large(refused(m, "too_large")),
      paused(refused(m, "paused")),
      no_room(refused(m, "no_room")) {}

PushReceiver::PushReceiver(std::shared_ptr<const Job> job, PushApiConfig config,
                           const Context& context)
    : job_(std::move(job)),
      config_(std::move(config)),
      context_(context),
      source_("push/" + job_->name()),
      pipelines_(job_),
      raw_(job_->open_unruled(raw_labels(config_.labels), nullptr)),
      thread_([this] { run(); }) {}

PushReceiver::~PushReceiver() {
  stop();
  thread_.join();
}

void PushReceiver::stop() {
  MutexLock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

PushReceiver::Answer PushReceiver::take(const Batch& batch) {
  Status added;
  {
    MutexLock lock(mutex_);
    Answer turn = wait_for_turn();
    if (!turn.status.ok()) return turn;
    for (const StreamEntries& stream : batch.streams) {
      added = add_stream(stream);
      if (!added.ok()) break;
    }
    if (added.ok()) added = commit();
    changed_.notify_all();  // a block may be open now
  }
  return finish(std::move(added));
}

PushReceiver::Answer PushReceiver::take_lines(std::string_view text) {
  Status added;
  {
    MutexLock lock(mutex_);
    Answer turn = wait_for_turn();
    if (!turn.status.ok()) return turn;
    added = add_lines(text);
    if (added.ok()) added = commit();
    changed_.notify_all();
  }
  return finish(std::move(added));
}

PushReceiver::Answer PushReceiver::finish(Status added) {
  if (added.ok()) added = context_.store.sync();  // several pushes share the disk's work
  return {std::move(added)};
}

PushReceiver::Answer PushReceiver::wait_for_turn() {
  const int64_t begun = context_.clock.steady_ns();
  while (!stopping_) {
    // First commits what another push left behind.
    if (const Status done = try_commit(); !done.ok()) return {done};
    const int64_t now = context_.clock.steady_ns();
    const Duration pause = paused_until() - now;
    if (pause <= 0) return {};
    if (now + pause > begun + kPatience) {
      return {Error{ErrorCode::kLimit, "a stage limits the rate of entries; push again later"},
              pause};
    }
    changed_.wait_for(mutex_, std::chrono::nanoseconds(std::min<Duration>(pause, kLook)));
  }
  return {Error{ErrorCode::kUnavailable, "the agent is stopping"}};
}

void PushReceiver::add(TargetPipeline& pipeline, Timestamp time, std::string_view line,
                       std::span<const LabelView> metadata) {
  pipeline.process({++sequence_, time, line, metadata}, context_.clock.steady_ns(),
                   context_.store.sink());
  context_.metrics.entries.add();
  added_ = true;
  added_bytes_ += line.size();
}

Status PushReceiver::add_stream(const StreamEntries& stream) {
  Labels discovered = stream.labels.labels();
  for (const Label& label : config_.labels) set_label(discovered, label.name, label.value);
  TargetPipeline* pipeline = nullptr;
  for (const Entry& entry : stream.entries) {
    if (added_bytes_ >= kCommitBytes) {
      RETURN_IF_ERROR(commit());
      pipeline = nullptr;  // others may have had their turn
    }
    if (!pipeline) pipeline = pipelines_.of(discovered, context_.store.sink());
    if (!pipeline) {
      context_.metrics.without_labels.add(stream.entries.size());
      return {};
    }
    add(*pipeline, config_.use_incoming_timestamp ? entry.timestamp : context_.clock.now(),
        entry.line, entry.metadata);
  }
  return {};
}

Status PushReceiver::add_lines(std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (added_bytes_ >= kCommitBytes) RETURN_IF_ERROR(commit());
    add(*raw_, context_.clock.now(), line, {});
  }
  return {};
}

Status PushReceiver::try_commit() {
  if (!added_) return {};
  const Status done = context_.store.try_commit(source_, "-");
  if (!done.ok()) return done;
  added_ = false;
  added_bytes_ = 0;
  return {};
}

Status PushReceiver::commit() {
  const int64_t begun = context_.clock.steady_ns();
  while (true) {
    const Status done = try_commit();
    const bool late = context_.clock.steady_ns() - begun > kPatience;
    if (done.ok() || late || stopping_) return done;
    context_.diagnostics.warn("agent", "the spool takes no more: pushes wait, then are refused",
                              {{"job", job_->name()}, {"why", done.error().message}});
    changed_.wait_for(mutex_, std::chrono::nanoseconds(kLook));
  }
}

int64_t PushReceiver::next_due() const { return std::min(pipelines_.next_due(), raw_->next_due()); }

int64_t PushReceiver::paused_until() const {
  return std::max(pipelines_.paused_until(), raw_->paused_until());
}

void PushReceiver::flush_due() {
  const int64_t now = context_.clock.steady_ns();
  if (next_due() > now) return;
  pipelines_.flush_due(now, context_.store.sink());
  raw_->flush_due(now, context_.store.sink());
  added_ = true;
}

void PushReceiver::run() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    flush_due();
    const bool stored = try_commit().ok();
    const int64_t left = next_due() - context_.clock.steady_ns();
    const Duration wait = std::clamp<Duration>(left, kMillisecond, stored ? kLongLook : kLook);
    changed_.wait_for(mutex_, std::chrono::nanoseconds(wait));
  }
  pipelines_.flush_all(context_.store.sink());
  raw_->flush_all(context_.store.sink());
  added_ = true;
  if (const Status done = try_commit(); !done.ok()) {
    context_.diagnostics.warn("agent", "what waited for room in the spool is not stored",
                              {{"job", job_->name()}, {"why", done.error().message}});
  }
}

}  // namespace logsvc::agent
