#include "insight/insight.h"

namespace logsvc::insight {
namespace {

constexpr Duration kRecent = static_cast<Duration>(kSeconds) * kSecond;
constexpr const char* kFaultsFile = "/faults.json";
constexpr const char* kGapsFile = "/gaps.json";

}  // namespace

Insight::Insight(InsightOptions options, LogSink& sink, const LogSource& source, FileSystem& files,
                 const Clock& clock, Diagnostics& diagnostics)
    : options_(std::move(options)),
      sink_(sink),
      source_(source),
      files_(files),
      clock_(clock),
      diagnostics_(diagnostics),
      began_(clock.now()) {
  load();
  // Before anything is accepted, so that no line is counted twice.
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
  save();
}

void Insight::load() {
  const std::string faults = read_kept(kFaultsFile), gaps = read_kept(kGapsFile);
  Status faults_read, gaps_read;
  {
    MutexLock lock(mutex_);
    if (!faults.empty()) faults_read = pulse_.faults().load(faults);
    if (!gaps.empty()) gaps_read = pulse_.load_gaps(gaps);
  }
  set_aside(kFaultsFile, faults_read);
  set_aside(kGapsFile, gaps_read);
}

// Empty if there is none.
std::string Insight::read_kept(const char* file) {
  const std::string path = options_.dir + file;
  if (!files_.exists(path)) return "";
  const auto text = files_.read_all(path);
  if (text.ok()) return *text;
  diagnostics_.warn("insight", "cannot read what was learned; it is learned anew",
                    {{"why", text.error().message}});
  return "";
}

void Insight::set_aside(const char* file, const Status& why) {
  if (why.ok()) return;
  const std::string path = options_.dir + file;
  diagnostics_.warn("insight", "what was learned does not read; it is set aside and learned anew",
                    {{"file", path}, {"why", why.error().message}});
  (void)files_.rename(path, path + ".bad");
}

void Insight::count_stored(TimeRange range) {
  Status counted = count_labelled(range);
  if (counted.ok()) counted = count_others(range);
  if (counted.ok() || counted.error().code == ErrorCode::kCancelled) return;
  diagnostics_.warn("insight", "cannot count what is stored; the counters begin with what comes",
                    {{"why", counted.error().message}});
}

// Streams with a label `level`: their times say everything.
Status Insight::count_labelled(TimeRange range) {
  SelectQuery query;
  ASSIGN_OR_RETURN(const Matcher levelled, Matcher::make(MatchType::kNotEqual, "level", ""));
  query.matchers = {levelled};
  query.range = range;
  query.stop = stop_.get_token();
  const auto counted =
      source_.visit_times(query, [&](const LabelSet& labels, std::span<const Timestamp> times) {
        MutexLock lock(mutex_);
        pulse_.restore(labels, times, began_);
        return Status();
      });
  return counted.ok() ? Status() : counted.error();
}

// The others have the level that was detected in each of their entries.
Status Insight::count_others(TimeRange range) {
  SelectQuery query;
  ASSIGN_OR_RETURN(const Matcher plain, Matcher::make(MatchType::kEqual, "level", ""));
  query.matchers = {plain};
  query.range = range;
  query.stop = stop_.get_token();
  ASSIGN_OR_RETURN(const auto entries, source_.select(query));
  while (entries->next()) {
    MutexLock lock(mutex_);
    pulse_.restore(entries->labels(), entries->entry(), began_);
  }
  return entries->status();
}

// Of the day before the last 15 minutes, and its container events.
void Insight::restore_day() {
  count_stored({began_ - kDay, began_ - kRecent});
  restore_marks("job", kDockerEventsJob);
  restore_marks("source", kDockerEventSource);
}

void Insight::restore_marks(const char* label, const char* value) {
  const auto matcher = Matcher::make(MatchType::kEqual, label, value);
  if (!matcher.ok()) return;
  SelectQuery query;
  query.matchers = {*matcher};
  query.range = {began_ - kDay, began_};
  query.stop = stop_.get_token();
  const auto events = source_.select(query);
  if (!events.ok()) return;
  while ((*events)->next()) {
    MutexLock lock(mutex_);
    pulse_.restore_mark((*events)->labels(), (*events)->entry());
  }
}

Result<Appended> Insight::append(std::shared_ptr<const Batch> batch) {
  ASSIGN_OR_RETURN(Appended appended, sink_.append(std::move(batch)));
  MutexLock lock(mutex_);
  pulse_.add(*appended.kept, clock_.now());
  return appended;
}

void Insight::report(wire::AgentReport report, const std::string& address,
                     uint64_t kept_at_arrival) {
  const Timestamp now = clock_.now();
  const std::string host = report.host;
  bool known;
  {
    MutexLock lock(mutex_);
    known = agents_.add(std::move(report), now, address, kept_at_arrival);
    if (known && !host.empty()) pulse_.host_seen(host, now);
  }
  if (known) return;
  diagnostics_.warn("insight", "left out an agent's report: too many agents of its address",
                    {{"host", host}, {"address", address}});
}

void Insight::heartbeat(wire::AgentReport report, const std::string& address) {
  const Timestamp now = clock_.now();
  const std::string host = report.host;
  MutexLock lock(mutex_);
  if (agents_.refresh(std::move(report), now, address) && !host.empty()) {
    pulse_.host_seen(host, now);
  }
}

std::string Insight::agents() {
  MutexLock lock(mutex_);
  return agents_json(agents_, pulse_, clock_.now());
}

std::string Insight::snapshot(bool by_minute) {
  MutexLock lock(mutex_);
  return pulse_snapshot(pulse_, clock_.now(), by_minute);
}

std::string Insight::faults(size_t limit) {
  MutexLock lock(mutex_);
  return faults_json(pulse_, limit);
}

Insight::Frame Insight::frame() {
  MutexLock lock(mutex_);
  const int64_t second = clock_.steady_ns() / kSecond;
  if (!frame_.text || second != frame_second_) {
    frame_second_ = second;
    frame_.text = std::make_shared<const std::string>(frames_.next(pulse_, agents_, clock_.now()));
    ++frame_.number;
  }
  return frame_;
}

void Insight::save() {
  std::string faults, gaps;
  {
    MutexLock lock(mutex_);
    if (options_.retention > 0) {
      pulse_.faults().forget_before(clock_.now() - options_.retention);
    }
    faults = pulse_.faults().save();
    gaps = pulse_.save_gaps();
  }
  Status done = files_.make_dirs(options_.dir);
  if (done.ok()) done = files_.replace(options_.dir + kFaultsFile, faults);
  if (done.ok()) done = files_.replace(options_.dir + kGapsFile, gaps);
  if (!done.ok()) {
    diagnostics_.warn("insight", "cannot keep what was learned; trying again in a minute",
                      {{"why", done.error().message}});
  }
}

void Insight::run() {
  restore_day();
  for (;;) {
    {
      MutexLock lock(stop_mutex_);
      if (!stopping_) stop_changed_.wait_for(stop_mutex_, std::chrono::minutes(1));
      if (stopping_) return;
    }
    save();
  }
}

}  // namespace logsvc::insight
