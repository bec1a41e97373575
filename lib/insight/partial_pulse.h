// The pulse of a part of the lines: counted from the streams of the part alone, so that nothing in
// it tells of others; with texts that are masked if the part's are.
//
// It begins when somebody first asks. Lines from then on are counted as they come, those of the day
// before (and events of the retention) are read from the store soon after: it knows the errors of
// that day, not those that are kept for the whole. How long a service is usually quiet it learns
// from when it began. What Docker says of containers is in it if the stream that says so is.
//
// Safe from several threads. Its lock is taken under Insight's.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "insight/arrivals.h"
#include "insight/part.h"
#include "insight/pulse.h"
#include "insight/pulse_json.h"
#include "insight/seen_places.h"
#include "os/clock.h"

namespace logsvc::insight {

struct Frame {
  uint64_t number = 0;  // grows by one with each frame
  std::shared_ptr<const std::string> text;
};

class PartialPulse {
 public:
  // What was under way when it began has come after that time.
  static constexpr Duration kSettling = 2 * kSecond;

  // Borrows the source of all streams and the clock.
  PartialPulse(Part part, const LogSource& all, Duration retention, const Clock& clock);

  // Queues what a push brought, or that the agent of a host lives. It waits only if too much is
  // queued (arrivals.h).
  void bring(const Arrival& arrival);
  // Counts what is queued.
  void count();

  // Like Insight's.
  std::string snapshot(bool by_minute);
  std::string errors(size_t limit);
  std::optional<Frame> frame_of_this_second();
  Frame frame(const AgentsSummary& agents);
  // Names no place until the streams of the day are known: one of others may be among them.
  SeenPlaces places();
  std::map<std::string, Timestamp> hosts();

  // Whether the history should be read now. It is read once, even if that fails.
  bool history_is_due() const;
  Status read_history(const std::stop_token& stop);

  // The steady time at which somebody last asked for it.
  int64_t asked_ns() const { return asked_ns_; }
  void ask() { asked_ns_ = clock_.steady_ns(); }

 private:
  static constexpr size_t kMaxVerdicts = 20'000;
  bool is_of_part(const LabelSet& stream) REQUIRES(mutex_);
  void count_arrived() REQUIRES(mutex_);
  void count_batch(const Batch& batch, Timestamp at) REQUIRES(mutex_);
  Status read_places(const std::stop_token& stop);
  Status read_lines(TimeRange range, const std::stop_token& stop);

  const Part part_;
  const LogSource& all_;
  const Duration retention_;
  const Clock& clock_;
  const Timestamp from_;  // lines from here on are counted as they come
  std::atomic<int64_t> asked_ns_;
  std::atomic<bool> history_begun_ = false;

  Arrivals arrivals_;
  Mutex mutex_;
  Pulse pulse_ GUARDED_BY(mutex_);
  PlaceBook places_ GUARDED_BY(mutex_);
  bool places_known_ GUARDED_BY(mutex_) = false;
  std::unordered_map<LabelSet, bool> verdicts_ GUARDED_BY(mutex_);
  // Older lines that came before this time are in the history.
  Timestamp history_asked_ GUARDED_BY(mutex_) = INT64_MAX;
  PulseFrames frames_ GUARDED_BY(mutex_);
  Frame frame_ GUARDED_BY(mutex_);
  int64_t frame_second_ GUARDED_BY(mutex_) = 0;
};

// Reads what happened to containers in the range, oldest first, from the part's streams.
Result<std::vector<Mark>> marks_of(const Part& part, TimeRange range, const std::stop_token& stop);

}  // namespace logsvc::insight
