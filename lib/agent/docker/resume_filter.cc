#include "agent/docker/resume_filter.h"

#include "base/checksum.h"

namespace logsvc::agent {
namespace {

constexpr size_t kRecentRecords = 65'536;
constexpr size_t kMaxHeld = 100'000;  // then the anchor is given up

size_t index_of(OutputStream s) { return s == OutputStream::kStderr ? 1 : 0; }

uint64_t record_hash(const LogRecord& r) {
  return hash_bytes(r.text, static_cast<uint64_t>(r.timestamp) * 4 + index_of(r.stream));
}

}  // namespace

void ResumeFilter::reopen() {
  searching_ = cursor_.timestamp != 0;
  seen_at_anchor_ = 0;
  held_.clear();
}

ResumeFilter::Verdict ResumeFilter::add(const LogRecord& record, bool last_try,
                                        const OnRecord& on_record) {
  if (!searching_) {
    if (is_repeat(record)) {
      ++repeats_;
    } else {
      pass(record, on_record);
    }
    return Verdict::kFine;
  }
  if (record.stream == cursor_.stream && record.timestamp == cursor_.timestamp) {
    ++seen_at_anchor_;
    if (seen_at_anchor_ == cursor_.nth && hash_bytes(record.text) == cursor_.hash) {
      searching_ = false;
      held_.clear();
      last_[index_of(cursor_.stream)] = cursor_.timestamp;
      nth_[index_of(cursor_.stream)] = cursor_.nth;
      return Verdict::kFine;
    }
  }
  const bool behind = record.stream == cursor_.stream && record.timestamp > cursor_.timestamp;
  if (behind && !last_try) return Verdict::kAnchorMissing;
  if (record.timestamp > cursor_.timestamp) {
    held_.push_back({record.stream, record.timestamp, std::string(record.text)});
  }
  if (behind || held_.size() > kMaxHeld) give_up_search(on_record);
  return Verdict::kFine;
}

void ResumeFilter::finish(bool last_try, const OnRecord& on_record) {
  if (searching_ && last_try && !held_.empty()) give_up_search(on_record);
}

void ResumeFilter::give_up_search(const OnRecord& on_record) {
  ++gaps_;
  searching_ = false;
  const std::vector<Held> held = std::move(held_);
  held_.clear();
  for (const Held& h : held) pass({h.stream, h.timestamp, h.text}, on_record);
}

// Inside one output stream dockerd's times never go back, but for a step of the clock: then the
// record was not seen before.
bool ResumeFilter::is_repeat(const LogRecord& record) {
  return record.timestamp < last_[index_of(record.stream)] &&
         recent_.count(record_hash(record)) != 0;
}

void ResumeFilter::pass(const LogRecord& record, const OnRecord& on_record) {
  const size_t i = index_of(record.stream);
  nth_[i] = last_[i] == record.timestamp ? nth_[i] + 1 : 1;
  cursor_.nth = nth_[i];
  cursor_.stream = record.stream;
  cursor_.timestamp = record.timestamp;
  cursor_.hash = hash_bytes(record.text);
  last_[i] = record.timestamp;
  const uint64_t hash = record_hash(record);
  if (recent_.insert(hash).second) {
    recent_order_.push_back(hash);
    if (recent_order_.size() > kRecentRecords) {
      recent_.erase(recent_order_.front());
      recent_order_.pop_front();
    }
  }
  on_record(record);
}

}  // namespace logsvc::agent
