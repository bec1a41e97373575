#include "insight/insight.h"

#include <algorithm>

#include "insight/agent_book_json.h"
#include "insight/agents_json.h"
#include "insight/stored_lines.h"

namespace logsvc::insight {
namespace {

constexpr Duration kRecent = static_cast<Duration>(kSeconds) * kSecond;
constexpr const char* kErrorsFile = "/faults.json";
constexpr const char* kGapsFile = "/gaps.json";
constexpr const char* kAgentsFile = "/agents.json";
// the size of a decoded agent report, as a header carries it
constexpr uint64_t kReportBytes = 32u << 10;
// Arrivals are counted this often even if nobody looks.
constexpr auto kCountEvery = std::chrono::seconds(1);
// So often one thread counts what others bring meanwhile.
constexpr int kMostRounds = 4;
constexpr auto kAllEvery = std::chrono::minutes(1);
// The pause between two writes of the agents: agents that open holes all the time do not wear out
// the disk.
constexpr auto kAgentsPause = std::chrono::seconds(2);

}  // namespace

Insight::Insight(InsightOptions options, LogSink& sink, const LogSource& source, FileSystem& files,
                 const Clock& clock, Diagnostics& diagnostics)
    : options_(std::move(options)),
      sink_(sink),
      source_(source),
      clock_(clock),
      diagnostics_(diagnostics),
      began_(clock.now()),
      kept_(options_.dir, files, diagnostics),
      partials_(source, options_.retention, clock, diagnostics),
      pulse_(options_.retention) {
  load();
  // This comes before anything is accepted, so that no line is counted twice.
  count_stored({began_ - kRecent, began_ + kHour});
  thread_ = std::thread([this] { run(); });
}

Insight::~Insight() {
  stop_.request_stop();
  {
    MutexLock lock(stop_mutex_);
    stopping_ = true;
    stop_changed_.notify_all();
  }
  thread_.join();
  save(true);
}

Timestamp Insight::oldest_kept() const {
  return options_.retention > 0 ? clock_.now() - options_.retention : 0;
}

void Insight::load() {
  const std::string errors = kept_.read(kErrorsFile), gaps = kept_.read(kGapsFile);
  const std::string agents = kept_.read(kAgentsFile);
  Status errors_read, gaps_read;
  {
    MutexLock lock(mutex_);
    if (!errors.empty()) errors_read = pulse_.error_book().load(errors);
    if (!gaps.empty()) gaps_read = pulse_.load_gaps(gaps, oldest_kept());
  }
  kept_.set_aside(kErrorsFile, errors_read);
  kept_.set_aside(kGapsFile, gaps_read);
  if (!agents.empty()) load_agents(agents);
}

void Insight::load_agents(const std::string& text) {
  auto read = read_kept_agents(text);
  if (!read.ok()) return kept_.set_aside(kAgentsFile, read.error());
  {
    MutexLock lock(mutex_);
    for (AgentState& agent : read->agents) {
      if (agent.seen < oldest_kept()) continue;
      if (!agent.report.host.empty()) pulse_.host_seen(agent.report.host, agent.seen);
      agents_.restore(std::move(agent));
    }
  }
  // From here on the files on disk no longer describe the end of a run.
  if (read->at_end) save_agents(false);
}

void Insight::count_stored(TimeRange range) {
  const std::stop_token stop = stop_.get_token();
  Status counted = visit_labelled(source_, range, stop, [&](const auto& labels, const auto& times) {
    MutexLock lock(mutex_);
    pulse_.restore(labels, times, began_);
  });
  if (counted.ok()) {
    counted = visit_others(source_, range, stop, [&](const auto& labels, const Entry& entry) {
      MutexLock lock(mutex_);
      pulse_.restore(labels, entry, began_);
    });
  }
  if (counted.ok() || counted.error().code == ErrorCode::kCancelled) return;
  diagnostics_.warn("insight", "cannot read stored lines; the counters start with new lines",
                    {{"why", counted.error().message}});
}

// Restores the day before the last 15 minutes. If the run ended longer ago, it also restores its
// last minute, which is not in the kept files.
void Insight::restore_day() {
  Timestamp from = began_ - kDay;
  {
    MutexLock lock(mutex_);
    const Timestamp last = pulse_.newest_line();
    if (last > 0)
      from = std::max(std::min(from, last - 2 * kMinute), std::min(from, oldest_kept()));
  }
  count_stored({from, began_ - kRecent});
  restore_marks();
}

// Restores the newest events of the retention.
void Insight::restore_marks() {
  auto marks = stored_marks(source_, {oldest_kept(), began_}, stop_.get_token(),
                            [&](const LabelSet& labels, const Entry& entry) {
                              MutexLock lock(mutex_);
                              return pulse_.mark_of(labels, entry);
                            });
  if (!marks.ok()) return;
  MutexLock lock(mutex_);
  for (Mark& mark : *marks) pulse_.restore_mark(std::move(mark));
}

Result<Appended> Insight::append(std::shared_ptr<const Batch> batch) {
  // A part of a batch keeps the whole batch in memory.
  const uint64_t bytes = batch->arena.size_bytes() + batch->packed.snappy.size() +
                         batch->entry_count() * sizeof(Entry);
  ASSIGN_OR_RETURN(Appended appended, sink_.append(std::move(batch)));
  const Timestamp now = clock_.now();
  partials_.bring({now, bytes, appended.kept});
  bring({now, bytes, appended.kept});
  return appended;
}

void Insight::report(wire::AgentReport report, const std::string& address,
                     uint64_t kept_at_arrival) {
  bring({clock_.now(), kReportBytes,
         ReportArrival{std::move(report), address, kept_at_arrival, false}});
}

void Insight::heartbeat(wire::AgentReport report, const std::string& address) {
  bring({clock_.now(), kReportBytes, ReportArrival{std::move(report), address, 0, true}});
}

// Counts it at once, while its lines are in the processor's cache, unless somebody has the lock:
// then whoever looks next counts it, or the thread within a second.
void Insight::bring(Arrival arrival) {
  const bool room = arrivals_.add(std::move(arrival));
  if (!mutex_.try_lock()) {
    if (room) return;
    mutex_.lock();
  }
  count_arrived();
  mutex_.unlock();
}

// What comes while it counts is taken along, so that it does not wait in memory for the next one.
void Insight::count_arrived() {
  for (int round = 0; round < kMostRounds; ++round) {
    std::vector<Arrival> arrived = arrivals_.take();
    if (arrived.empty()) return;
    for (Arrival& arrival : arrived) {
      if (const auto* batch = std::get_if<std::shared_ptr<const Batch>>(&arrival.what)) {
        pulse_.add(**batch, arrival.at);
      } else {
        count(std::move(std::get<ReportArrival>(arrival.what)), arrival.at);
      }
    }
  }
}

void Insight::count(ReportArrival arrival, Timestamp now) {
  const std::string host = arrival.report.host;
  const bool known =
      arrival.heartbeat
          ? agents_.refresh(std::move(arrival.report), now, arrival.address)
          : agents_.add(std::move(arrival.report), now, arrival.address, arrival.kept_at_arrival);
  if (known && !host.empty()) {
    pulse_.host_seen(host, now);
    partials_.host_seen(host, now);
  }
  if (agents_.take_holes_changed()) {
    const MutexLock lock(stop_mutex_);
    holes_changed_ = true;
    stop_changed_.notify_all();
  }
  if (known || arrival.heartbeat) return;
  diagnostics_.warn("insight", "too many agents from one address; ignoring an agent's report",
                    {{"host", host}, {"address", arrival.address}});
}

std::string Insight::agents(const Part& part) {
  // Nothing of it is a line's text, so it is the same for those who see all streams.
  const auto partial = part.matchers.empty() ? nullptr : partials_.of(part);
  MutexLock lock(mutex_);
  count_arrived();
  if (!partial) return agents_json(agents_, pulse_.hosts(), nullptr, clock_.now());
  // The lines that came with a report were brought before it.
  const SeenPlaces seen = partial->places();
  return agents_json(agents_, partial->hosts(), &seen, clock_.now());
}

Result<std::vector<Mark>> Insight::marks(TimeRange range, const Part& part) {
  if (!part.is_whole()) return marks_of(part, range, stop_.get_token());
  std::vector<Mark> out;
  MutexLock lock(mutex_);
  count_arrived();
  for (const Mark& mark : pulse_.marks().marks()) {
    if (mark.at >= range.start && mark.at < range.end) out.push_back(mark);
  }
  return out;
}

std::string Insight::snapshot(bool by_minute, const Part& part) {
  if (!part.is_whole()) return partials_.of(part)->snapshot(by_minute);
  MutexLock lock(mutex_);
  count_arrived();
  return pulse_snapshot(pulse_, clock_.now(), by_minute);
}

std::string Insight::errors(size_t limit, const Part& part) {
  if (!part.is_whole()) return partials_.of(part)->errors(limit);
  MutexLock lock(mutex_);
  count_arrived();
  return errors_json(pulse_, limit);
}

Frame Insight::frame(const Part& part) {
  if (!part.is_whole()) return partial_frame(*partials_.of(part), part.matchers.empty());
  MutexLock lock(mutex_);
  count_arrived();
  const int64_t second = clock_.steady_ns() / kSecond;
  if (!frame_.text || second != frame_second_) {
    frame_second_ = second;
    const Timestamp now = clock_.now();
    frame_.text = std::make_shared<const std::string>(
        frames_.next(pulse_, agents_summary(agents_, nullptr, now), now));
    ++frame_.number;
  }
  return frame_;
}

Frame Insight::partial_frame(PartialPulse& partial, bool all_agents) {
  if (auto frame = partial.frame_of_this_second()) return *frame;
  AgentsSummary agents;
  {
    MutexLock lock(mutex_);
    count_arrived();
    const SeenPlaces seen = partial.places();
    agents = agents_summary(agents_, all_agents ? nullptr : &seen, clock_.now());
  }
  return partial.frame(agents);
}

void Insight::save(bool at_end) {
  std::string errors, gaps;
  {
    MutexLock lock(mutex_);
    count_arrived();
    pulse_.error_book().forget_before(oldest_kept());
    agents_.forget_before(oldest_kept());
    errors = pulse_.error_book().save();
    gaps = pulse_.save_gaps();
  }
  if (kept_.write(kErrorsFile, errors).ok() && kept_.write(kGapsFile, gaps).ok()) {
    save_agents(at_end);
  }
}

// Copies one agent after the other, so that a push waits for one copy at most.
void Insight::save_agents(bool at_end) {
  std::vector<std::pair<Timestamp, std::string>> ids;
  {
    MutexLock lock(mutex_);
    count_arrived();
    for (const auto& [id, agent] : agents_.agents()) ids.emplace_back(-agent.seen, id);
  }
  std::sort(ids.begin(), ids.end());
  AgentBookWriter writer;
  for (const auto& [seen, id] : ids) {
    AgentState copy;
    {
      MutexLock lock(mutex_);
      const auto found = agents_.agents().find(id);
      if (found == agents_.agents().end()) continue;
      copy = found->second;
    }
    writer.add(copy);
  }
  (void)kept_.write(kAgentsFile, writer.finish(at_end));
}

// Waits until something is to be written.
Insight::Due Insight::wait(std::chrono::steady_clock::time_point all_due) {
  MutexLock lock(stop_mutex_);
  for (;;) {
    if (stopping_) return Due::kEnd;
    const auto left = all_due - std::chrono::steady_clock::now();
    if (left <= left.zero()) return Due::kAll;
    if (std::exchange(holes_changed_, false)) return Due::kAgents;
    if (!stop_changed_.wait_for(stop_mutex_,
                                std::min<std::chrono::nanoseconds>(left, kCountEvery))) {
      return Due::kCount;
    }
  }
}

void Insight::run() {
  restore_day();
  auto all_due = std::chrono::steady_clock::now() + kAllEvery;
  for (;;) {
    const Due due = wait(all_due);
    if (due == Due::kEnd) return;
    if (due == Due::kCount) {
      const MutexLock lock(mutex_);
      count_arrived();
      continue;
    }
    if (due == Due::kAll) {
      save(false);
      all_due = std::chrono::steady_clock::now() + kAllEvery;
      continue;
    }
    save_agents(false);
    MutexLock lock(stop_mutex_);
    if (!stopping_) stop_changed_.wait_for(stop_mutex_, kAgentsPause);
  }
}

}  // namespace logsvc::insight
