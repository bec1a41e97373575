#include "server/counters/counter_reader.h"

namespace logsvc::server {

void CounterReader::Ring::add(int64_t bucket, uint64_t n) {
  if (bucket < 0) return;
  Slot& slot = slots_[place(bucket)];
  if (slot.bucket > bucket) return;
  if (slot.bucket < bucket) slot = {bucket, 0};
  slot.count += n;
}

std::vector<uint64_t> CounterReader::Ring::last(int64_t bucket, size_t n) const {
  std::vector<uint64_t> out;
  for (int64_t b = bucket - static_cast<int64_t>(n) + 1; b <= bucket; ++b) {
    const bool held = b >= 0 && slots_[place(b)].bucket == b;
    out.push_back(held ? slots_[place(b)].count : 0);
  }
  return out;
}

CounterReader::CounterReader(Timestamp from, const Clock& clock)
    : from_(from), clock_(clock), since_(from) {}

void CounterReader::expect_history() {
  MutexLock lock(mutex_);
  history_asked_ns_ = clock_.steady_ns();
}

void CounterReader::add_history(const std::vector<uint64_t>& minutes, uint64_t of_this_minute) {
  MutexLock lock(mutex_);
  const int64_t now = from_ / kMinute;
  const auto n = static_cast<int64_t>(minutes.size());
  for (int64_t i = 0; i < n; ++i) {
    minutes_.add(now - n + i, minutes[static_cast<size_t>(i)]);
    total_ += minutes[static_cast<size_t>(i)];
  }
  minutes_.add(now, of_this_minute);
  total_ += of_this_minute;
  since_ = history_begin();
}

void CounterReader::offer(const std::shared_ptr<const LivePiece>& piece) {
  // A time far in the future would take a bucket's place away from all lines to come.
  const Timestamp latest = clock_.now() + kMinute;
  MutexLock lock(mutex_);
  unread_ += piece->unread.unread;
  const Timestamp first = piece->offered_ns > history_asked_ns_ ? history_begin() : from_;
  for (const TailEntry& e : piece->entries) {
    const Timestamp at = e.entry.timestamp;
    if (at < first) continue;
    ++total_;
    if (at > latest) continue;
    minutes_.add(at / kMinute, 1);
    seconds_.add(at / kSecond, 1);
  }
}

CounterReader::Counts CounterReader::counts() const {
  const Timestamp now = clock_.now();
  MutexLock lock(mutex_);
  return {since_, total_, unread_, minutes_.last(now / kMinute, kMinutes),
          seconds_.last(now / kSecond - 1, kSeconds)};
}

}  // namespace logsvc::server
