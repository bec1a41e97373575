#include "agent/docker/resume_filter.h"

#include <algorithm>

#include "base/checksum.h"

namespace logsvc::agent {
namespace {

constexpr size_t kRecentRecords = 16'384;
constexpr size_t kRecentBytes = 1u << 20;  // of the records' texts
constexpr Duration kDisorder = kSecond;
constexpr size_t kMaxHeld = 100'000;  // with more records the anchor is given up

size_t index_of(OutputStream s) { return s == OutputStream::kStderr ? 1 : 0; }

}  // namespace

void ResumeFilter::resume_behind_cursor() {
  searching_ = false;
  held_.clear();
  last_[index_of(cursor_.stream)] = cursor_.timestamp;
  nth_[index_of(cursor_.stream)] = cursor_.nth;
}

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
  if (cursor_.is_time_only()) {
    if (record.timestamp <= cursor_.timestamp) return Verdict::kFine;
    searching_ = false;
    pass(record, on_record);
    return Verdict::kFine;
  }
  if (record.stream == cursor_.stream && record.timestamp == cursor_.timestamp) {
    ++seen_at_anchor_;
    if (seen_at_anchor_ == cursor_.nth && hash_bytes(record.text) == cursor_.hash) {
      resume_behind_cursor();
      return Verdict::kFine;
    }
  }
  // Times never go back within one output; across both they are hardly out of order.
  const bool behind = record.stream == cursor_.stream
                          ? record.timestamp > cursor_.timestamp
                          : record.timestamp > add_saturated(cursor_.timestamp, kDisorder);
  if (behind && !last_try) return Verdict::kAnchorMissing;
  if (record.timestamp > cursor_.timestamp) {
    held_.push_back({record.stream, record.timestamp, std::string(record.text), record.file,
                     record.offset, record.goes_on});
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
  const std::vector<HeldRecord> held = std::move(held_);
  held_.clear();
  for (const HeldRecord& h : held)
    pass({h.stream, h.timestamp, h.text, h.file, h.offset, h.goes_on}, on_record);
}

// dockerd's times never go back within one output stream unless the clock was set back; then the
// record is a new one.
bool ResumeFilter::is_repeat(const LogRecord& record) {
  if (record.timestamp >= last_[index_of(record.stream)]) return false;
  return std::any_of(recent_.begin(), recent_.end(), [&](const Recent& r) {
    return r.timestamp == record.timestamp && r.stream == record.stream && r.text == record.text;
  });
}

// Records older than this memory would be passed on twice; the server drops one of the two.
void ResumeFilter::remember(const LogRecord& record) {
  recent_.push_back({record.stream, record.timestamp, std::string(record.text)});
  recent_bytes_ += record.text.size();
  while (recent_.size() > kRecentRecords || recent_bytes_ > kRecentBytes) {
    recent_bytes_ -= recent_.front().text.size();
    recent_.pop_front();
  }
}

void ResumeFilter::pass(const LogRecord& record, const OnRecord& on_record) {
  const size_t i = index_of(record.stream);
  nth_[i] = last_[i] == record.timestamp ? nth_[i] + 1 : 1;
  cursor_.nth = nth_[i];
  cursor_.stream = record.stream;
  cursor_.timestamp = record.timestamp;
  cursor_.hash = hash_bytes(record.text);
  cursor_.file = record.file;
  cursor_.offset = record.offset;
  last_[i] = record.timestamp;
  if (record.file != 0) return on_record(record);  // files do not repeat records
  remember(record);
  on_record(record);
}

}  // namespace logsvc::agent
