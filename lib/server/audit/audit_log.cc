#include "server/audit/audit_log.h"

#include <map>

namespace logsvc::server {
namespace {

// Small: events are few.
constexpr uint64_t kMemory = 8u << 20;
constexpr uint64_t kWindow = 512u << 10;
constexpr uint64_t kSegment = 2u << 20;

// The store as soon as there is one.
class LateSource : public LogSource {
 public:
  explicit LateSource(const std::atomic<store::Store*>& opened) : opened_(opened) {}

  Result<std::unique_ptr<EntryIterator>> select(const SelectQuery& query) const override {
    ASSIGN_OR_RETURN(const store::Store* const store, get());
    return store->select(query);
  }
  Result<std::vector<LabelSet>> series(
      TimeRange range, const std::vector<std::vector<Matcher>>& groups) const override {
    ASSIGN_OR_RETURN(const store::Store* const store, get());
    return store->series(range, groups);
  }
  Result<std::vector<std::string>> label_names(
      TimeRange range, const std::vector<Matcher>& matchers) const override {
    ASSIGN_OR_RETURN(const store::Store* const store, get());
    return store->label_names(range, matchers);
  }
  Result<std::vector<std::string>> label_values(
      const std::string& name, TimeRange range,
      const std::vector<Matcher>& matchers) const override {
    ASSIGN_OR_RETURN(const store::Store* const store, get());
    return store->label_values(name, range, matchers);
  }
  Result<std::vector<StreamTotals>> totals(TimeRange range,
                                           const std::vector<Matcher>& matchers) const override {
    ASSIGN_OR_RETURN(const store::Store* const store, get());
    return store->totals(range, matchers);
  }
  Result<std::vector<StreamVolume>> volumes(const std::vector<TimeRange>& buckets,
                                            const std::vector<Matcher>& matchers) const override {
    ASSIGN_OR_RETURN(const store::Store* const store, get());
    return store->volumes(buckets, matchers);
  }

 private:
  Result<const store::Store*> get() const {
    if (const store::Store* store = opened_.load()) return store;
    return Error{ErrorCode::kUnavailable,
                 "the audit log cannot be opened; the server's own log says why"};
  }

  const std::atomic<store::Store*>& opened_;
};

}  // namespace

AuditLog::AuditLog(AuditOptions options, FileSystem& files, const Clock& clock, Metrics& metrics,
                   Diagnostics& diagnostics)
    : options_(std::move(options)),
      files_(files),
      clock_(clock),
      diagnostics_(diagnostics),
      written_(metrics.counter("logsvc_audit_events_total", "Events written to the audit log")),
      dropped_(metrics.counter("logsvc_audit_dropped_total",
                               "Events that are not in the audit log since the disk did not take "
                               "them in time")),
      failures_(metrics.counter("logsvc_audit_failures_total",
                                "Failed tries to open the audit log or to write to it")) {
  if (options_.dir.empty()) return;
  source_ = std::make_shared<LateSource>(opened_);
  (void)open().ok();
  thread_ = std::thread([this] { run(); });
}

AuditLog::~AuditLog() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

// For the constructor, and then for the thread alone.
Status AuditLog::open() {
  if (store_) return {};
  store::StoreOptions options;
  options.dir = options_.dir;
  options.retention = options_.retention;
  options.memory_bytes = kMemory;
  options.window_bytes = kWindow;
  options.journal_segment_bytes = kSegment;
  auto opened =
      store::Store::open(std::move(options), files_, clock_, store_metrics_, diagnostics_);
  if (opened.ok()) {
    store_ = std::move(*opened);
    opened_ = store_.get();
    return {};
  }
  failures_.add();
  diagnostics_.error("audit",
                     "cannot open the audit log; events wait, and are dropped when too "
                     "many do; trying again",
                     {{"why", opened.error().message}, {"path", options_.dir}});
  return opened.error();
}

Timestamp AuditLog::next_time() {
  const Timestamp now = clock_.now();
  // Each has its own time, so that none looks like a duplicate of another and their order is kept;
  // a clock that was set back by more is followed.
  const bool behind = now <= last_time_ && now > add_saturated(last_time_, -kSecond);
  last_time_ = behind ? last_time_ + 1 : now;
  return last_time_;
}

void AuditLog::push(AuditKind kind, std::string line) {
  held_ += 1;
  held_bytes_ += line.size();
  waiting_.push_back({next_time(), kind, std::move(line)});
}

void AuditLog::record(const AuditEvent& event) {
  if (!enabled()) return;
  std::string line = audit_line(event);
  {
    MutexLock lock(mutex_);
    if (held_ < options_.most_waiting && held_bytes_ + line.size() <= options_.most_waiting_bytes) {
      push(event.kind, std::move(line));
      changed_.notify_one();
      return;
    }
    missing_ += 1;
  }
  dropped_.add();
  diagnostics_.error("audit", "an event was dropped: the disk does not take them",
                     {{"event", std::string(audit_name(event.kind))}, {"user", event.user}});
}

void AuditLog::put_back(Queue events) {
  events.insert(events.end(), std::make_move_iterator(waiting_.begin()),
                std::make_move_iterator(waiting_.end()));
  waiting_ = std::move(events);
}

Status AuditLog::write(const Queue& events) {
  RETURN_IF_ERROR(open());
  if (events.empty()) return {};
  auto batch = std::make_shared<Batch>();
  std::map<AuditKind, size_t> streams;
  for (const Waiting& event : events) {
    const auto [place, is_new] = streams.try_emplace(event.kind, batch->streams.size());
    if (is_new) batch->streams.push_back({audit_stream(event.kind), {}});
    batch->streams[place->second].entries.push_back(
        {event.time, batch->arena.copy(event.line), {}});
  }
  // What is in a part of it already is recognized when it comes again.
  const auto stored = store_->append(std::move(batch));
  if (stored.ok()) return {};
  failures_.add();
  diagnostics_.error("audit", "cannot write to the audit log; trying again",
                     {{"why", stored.error().message}, {"path", options_.dir}});
  return stored.error();
}

void AuditLog::note_written(const Queue& events) {
  held_ -= events.size();
  for (const Waiting& event : events) held_bytes_ -= event.line.size();
  written_.add(events.size());
  if (missing_ == 0) return;
  AuditEvent gap;
  gap.kind = AuditKind::kGap;
  gap.outcome = "dropped";
  gap.detail = {{"events", static_cast<int64_t>(missing_)}};
  missing_ = 0;
  push(AuditKind::kGap, audit_line(gap));
}

// Waits before the next try, which events that come meanwhile do not hasten.
void AuditLog::pause() {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::nanoseconds(options_.retry);
  for (auto now = Clock::now(); !stopping_ && now < end; now = Clock::now()) {
    changed_.wait_for(mutex_, end - now);
  }
}

void AuditLog::run() {
  MutexLock lock(mutex_);
  while (true) {
    while (waiting_.empty() && opened_.load() && !stopping_) changed_.wait(mutex_);
    if (waiting_.empty() && stopping_) return;
    Queue events = std::exchange(waiting_, {});
    mutex_.unlock();
    const bool stored = write(events).ok();
    mutex_.lock();
    if (stored) {
      note_written(events);
    } else if (stopping_) {
      // Those that came while the last try failed are lost with it.
      const uint64_t lost = events.size() + waiting_.size();
      dropped_.add(lost);
      diagnostics_.error("audit", "events are lost: the disk did not take them before the end",
                         {{"events", std::to_string(lost)}});
      return;
    } else {
      put_back(std::move(events));
      pause();
    }
  }
}

Status AuditLog::maintain() {
  store::Store* const store = opened_.load();
  return store ? store->maintain() : Status();
}

Status AuditLog::confirm_clock() {
  store::Store* const store = opened_.load();
  return store ? store->confirm_clock() : Status();
}

}  // namespace logsvc::server
