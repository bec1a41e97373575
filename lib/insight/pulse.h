// The counters behind the Overview: lines per service and level by the second and by the minute,
// last lines, silences, errors as they come. It is fed from accepted batches, so that no page ever
// scans for it. Not thread-safe: Insight guards it.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "insight/count_ring.h"
#include "insight/error_book.h"
#include "insight/gap_model.h"
#include "insight/marks.h"
#include "insight/part.h"
#include "model/entry.h"

namespace logsvc::insight {

inline constexpr size_t kSeconds = 900;   // by the second: the last 15 minutes
inline constexpr size_t kMinutes = 1440;  // by the minute: the last day
inline constexpr size_t kMaxPulseServices = 200;
// Lines of further services are counted under this name.
inline constexpr const char* kOtherServices = "(other services)";

struct ServicePulse {
  size_t id = 0;
  std::string name;
  std::string label;  // the label that holds the name: what a query selects by
  std::set<std::string> hosts;
  CountRing seconds{kSecond, kSeconds};
  CountRing minutes{kMinute, kMinutes};
  GapModel gaps;
  Timestamp stored_last = 0;  // its newest stored line that taught `gaps` nothing
  uint64_t lines = 0;         // counted since the process began

  Timestamp last() const { return std::max(gaps.last(), stored_last); }
};

// Why a service is silent.
enum class SilenceCause {
  kStopped,  // Docker said that its containers ended
  kHost,     // nothing comes from its hosts at all: agent, machine or network
  kQuiet,    // its hosts send lines of others: the service itself is quiet
};
struct Silence {
  SilenceCause cause = SilenceCause::kQuiet;
  Timestamp since = 0;  // when its last line came
  std::string detail;
  bool operator==(const Silence&) const = default;
};

struct SeenError {
  uint64_t number = 0;  // 1, 2, … in the order of arrival
  Timestamp at = 0;
  Level level = kError;
  const ServicePulse* service = nullptr;
  std::string host;
  std::string container;
  std::string message;
};

class Pulse {
 public:
  // A service that was silent for longer than the retention is no longer reported (0: it always
  // is).
  explicit Pulse(Duration retention = 0) : retention_(retention) {}
  // Keeps texts of lines as the mask leaves them. What is restored teaches nothing about gaps: it
  // comes after newer lines.
  Pulse(Duration retention, TextMask mask)
      : retention_(retention), mask_(std::move(mask)), stored_teaches_(false) {}

  static constexpr size_t kTicker = 20;
  static constexpr Duration kHostGone = 30 * kSecond;

  // Counts lines as they are accepted. now is the wall clock.
  void add(const Batch& batch, Timestamp now);
  void add(const StreamEntries& entries, Timestamp now);
  // Counts times of lines that were stored before this process began; they feed counters and gaps
  // only. Levels are those of stream labels.
  void restore(const LabelSet& stream, std::span<const Timestamp> times, Timestamp now);
  // Does the same for one line of a stream that has no label `level`.
  void restore(const LabelSet& stream, const Entry& entry, Timestamp now);
  // Notes a stored line as an error, if it is one; it is not counted, and not told as a new one.
  void restore_error(const LabelSet& stream, const Entry& entry);
  // Learns which service a stream, and its container, belongs to.
  void know(const LabelSet& stream) { (void)stream_of(stream); }
  // Reads a stored line of Docker's events; nullopt if it says nothing.
  std::optional<Mark> mark_of(const LabelSet& stream, const Entry& entry);
  void restore_mark(Mark mark);

  // They are in the order of their ids, which never change.
  const std::vector<std::unique_ptr<ServicePulse>>& services() const { return services_; }
  ServicePulse* find(const std::string& name);
  // Returns nullopt if the service logs, is still being learned, or has been away for the
  // retention.
  std::optional<Silence> silence(const ServicePulse& service, Timestamp now) const;
  // Notes a sign of life of a host other than a line (an agent's report).
  void host_seen(const std::string& host, Timestamp now);
  const std::map<std::string, Timestamp>& hosts() const { return hosts_; }

  const std::deque<SeenError>& errors() const { return errors_; }
  uint64_t errors_seen() const { return errors_seen_; }
  // Writes what was learned about gaps as JSON, and reads it back (kCorrupt if it is anything
  // else).
  std::string save_gaps() const;
  // Services without a line since `oldest` are left out.
  Status load_gaps(std::string_view text, Timestamp oldest = 0);
  // The time of the newest line of all services; 0: none.
  Timestamp newest_line() const;

  const MarkBook& marks() const { return marks_; }
  uint64_t marks_seen() const { return marks_seen_; }
  ErrorBook& error_book() { return error_book_; }
  uint64_t new_errors() const { return new_errors_; }
  // Returns the oldest second of the ring that a late line has changed since the last call;
  // INT64_MAX: none.
  int64_t take_oldest_changed();

 private:
  struct Stream {
    ServicePulse* service = nullptr;  // null: the stream of an agent's own events
    std::optional<Level> level;       // from the stream's label; otherwise each entry has its own
    std::string host;
    std::string container;
    bool docker_event = false;
  };
  const Stream& stream_of(const LabelSet& labels);
  ServicePulse& service_of(const std::string& name, const std::string& label);
  std::string service_of_mark(const Stream& stream, const LabelSet& labels, const Mark& mark) const;
  void count(ServicePulse& service, Level level, Timestamp at, Timestamp now, bool stored);
  std::optional<Mark> mark_of(const Stream& stream, const LabelSet& labels, const Entry& entry);
  std::string message(std::string_view line);

  const Duration retention_;
  const TextMask mask_;
  const bool stored_teaches_ = true;
  std::vector<std::unique_ptr<ServicePulse>> services_;
  std::map<std::string, ServicePulse*> by_name_;
  std::unordered_map<LabelSet, Stream> streams_;
  std::map<std::pair<std::string, std::string>, ServicePulse*> by_container_;  // host, container
  std::map<std::string, Timestamp> hosts_;                                     // last sign of life
  std::deque<SeenError> errors_;
  uint64_t errors_seen_ = 0;
  MarkBook marks_;
  uint64_t marks_seen_ = 0;
  ErrorBook error_book_;
  uint64_t new_errors_ = 0;
  int64_t oldest_changed_ = INT64_MAX;
};

}  // namespace logsvc::insight
