#include "insight/partial_pulse.h"

#include <algorithm>

#include "insight/stored_lines.h"

namespace logsvc::insight {
namespace {

constexpr Duration kRecent = static_cast<Duration>(kSeconds) * kSecond;

bool all_since(const StreamEntries& stream, Timestamp from) {
  return std::all_of(stream.entries.begin(), stream.entries.end(),
                     [&](const Entry& entry) { return entry.timestamp >= from; });
}

}  // namespace

PartialPulse::PartialPulse(Part part, const LogSource& all, Duration retention, const Clock& clock)
    : part_(std::move(part)),
      all_(all),
      retention_(retention),
      clock_(clock),
      from_(clock.now()),
      asked_ns_(clock.steady_ns()),
      pulse_(retention, part_.mask) {}

void PartialPulse::bring(const Arrival& arrival) {
  if (!arrivals_.add(arrival)) count();
}

void PartialPulse::count() {
  const MutexLock lock(mutex_);
  count_arrived();
}

void PartialPulse::count_arrived() {
  for (const Arrival& arrival : arrivals_.take()) {
    if (const auto* batch = std::get_if<std::shared_ptr<const Batch>>(&arrival.what)) {
      count_batch(**batch, arrival.at);
      continue;
    }
    // An agent lives on a host: of those that streams of the part name.
    const std::string& host = std::get<ReportArrival>(arrival.what).report.host;
    if (pulse_.hosts().contains(host)) pulse_.host_seen(host, arrival.at);
  }
}

bool PartialPulse::is_of_part(const LabelSet& stream) {
  const auto found = verdicts_.find(stream);
  if (found != verdicts_.end()) return found->second;
  if (verdicts_.size() >= kMaxVerdicts) verdicts_.clear();
  const bool of_part = matches_all(part_.matchers, stream);
  places_.note(stream, of_part);
  return verdicts_[stream] = of_part;
}

void PartialPulse::count_batch(const Batch& batch, Timestamp at) {
  const bool all = at >= history_asked_;
  for (const StreamEntries& stream : batch.streams) {
    if (!is_of_part(stream.labels)) continue;
    if (all || all_since(stream, from_)) {
      pulse_.add(stream, at);
      continue;
    }
    StreamEntries counted{stream.labels, {}};
    for (const Entry& entry : stream.entries) {
      if (entry.timestamp >= from_) counted.entries.push_back(entry);
    }
    pulse_.add(counted, at);
  }
}

std::string PartialPulse::snapshot(bool by_minute) {
  const MutexLock lock(mutex_);
  count_arrived();
  return pulse_snapshot(pulse_, clock_.now(), by_minute);
}

std::string PartialPulse::errors(size_t limit) {
  const MutexLock lock(mutex_);
  count_arrived();
  return errors_json(pulse_, limit);
}

std::optional<Frame> PartialPulse::frame_of_this_second() {
  const MutexLock lock(mutex_);
  if (!frame_.text || frame_second_ != clock_.steady_ns() / kSecond) return std::nullopt;
  return frame_;
}

Frame PartialPulse::frame(const AgentsSummary& agents) {
  const MutexLock lock(mutex_);
  const int64_t second = clock_.steady_ns() / kSecond;
  if (frame_.text && frame_second_ == second) return frame_;
  count_arrived();
  frame_second_ = second;
  frame_.text = std::make_shared<const std::string>(frames_.next(pulse_, agents, clock_.now()));
  ++frame_.number;
  return frame_;
}

SeenPlaces PartialPulse::places() {
  const MutexLock lock(mutex_);
  count_arrived();
  return places_known_ ? places_.seen() : SeenPlaces();
}

std::map<std::string, Timestamp> PartialPulse::hosts() {
  const MutexLock lock(mutex_);
  return pulse_.hosts();
}

bool PartialPulse::history_is_due() const {
  return !history_begun_ && clock_.now() >= from_ + kSettling;
}

// Streams of a day: as long as the cells of a ledger are kept.
Status PartialPulse::read_places(const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const auto streams, all_.series({from_ - kDay, from_ + kHour}, {}));
  for (const LabelSet& stream : streams) {
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "stopping"};
    const MutexLock lock(mutex_);
    (void)is_of_part(stream);
  }
  const MutexLock lock(mutex_);
  places_known_ = true;
  return {};
}

Status PartialPulse::read_lines(TimeRange range, const std::stop_token& stop) {
  const LogSource& source = *part_.stored;
  RETURN_IF_ERROR(visit_labelled(source, range, stop, [&](const auto& labels, const auto& times) {
    const MutexLock lock(mutex_);
    pulse_.restore(labels, times, from_);
  }));
  const auto note_error = [&](const LabelSet& labels, const Entry& entry) {
    const MutexLock lock(mutex_);
    pulse_.restore_error(labels, entry);
  };
  RETURN_IF_ERROR(visit_labelled_errors(source, range, stop, note_error));
  return visit_others(source, range, stop, [&](const LabelSet& labels, const Entry& entry) {
    const MutexLock lock(mutex_);
    pulse_.restore(labels, entry, from_);
    pulse_.restore_error(labels, entry);
  });
}

Status PartialPulse::read_history(const std::stop_token& stop) {
  history_begun_ = true;
  {
    const MutexLock lock(mutex_);
    count_arrived();
    history_asked_ = clock_.now();
  }
  RETURN_IF_ERROR(read_places(stop));
  RETURN_IF_ERROR(read_lines({from_ - kRecent, from_}, stop));
  RETURN_IF_ERROR(read_lines({from_ - kDay, from_ - kRecent}, stop));
  ASSIGN_OR_RETURN(auto marks,
                   stored_marks(*part_.stored, {retention_ > 0 ? from_ - retention_ : 0, from_},
                                stop, [&](const LabelSet& labels, const Entry& entry) {
                                  const MutexLock lock(mutex_);
                                  return pulse_.mark_of(labels, entry);
                                }));
  const MutexLock lock(mutex_);
  for (Mark& mark : marks) pulse_.restore_mark(std::move(mark));
  return {};
}

// Streams of the hour before say which service a container belongs to.
Result<std::vector<Mark>> marks_of(const Part& part, TimeRange range, const std::stop_token& stop) {
  Pulse names(0, part.mask);
  ASSIGN_OR_RETURN(const auto streams, part.stored->series({range.start - kHour, range.end}, {}));
  for (const LabelSet& stream : streams) names.know(stream);
  return stored_marks(*part.stored, range, stop, [&](const LabelSet& labels, const Entry& entry) {
    return names.mark_of(labels, entry);
  });
}

}  // namespace logsvc::insight
