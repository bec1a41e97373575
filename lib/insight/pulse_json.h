// The pulse as the page reads it: a whole snapshot now and then, and a small frame once a second.
// Times are ms since the epoch; seconds and minutes are absolute numbers (epoch / width).
#pragma once

#include <map>
#include <string>

#include "insight/agents_json.h"
#include "insight/pulse.h"

namespace logsvc::insight {

// {"now","levels":[…],"seconds","services":[service…],"marks":[…],"errors":[…],"newFaults"}; a
// service is {"id","name","label","hosts","last","usualGap","silence","cells":[second,level,n,…]}.
// by_minute: cells are minutes of the last day.
std::string pulse_snapshot(const Pulse& pulse, Timestamp now, bool by_minute);

// {"faults":[…]}, the newest first.
std::string errors_json(Pulse& pulse, size_t limit);

// Says what changed since the frame before. Its size is bounded whatever the rate of lines.
class PulseFrames {
 public:
  static constexpr size_t kMaxBytes = 4800;
  // Each frame has the counts of the last so many seconds.
  static constexpr int64_t kOpenSeconds = 4;
  static constexpr size_t kErrorsPerFrame = 3;

  // {"now","cells":[service,second,level,n,…],"last":{id:ms},"silence":{id:…|null},"services":[new…],
  // "errors":[…],"errorsMore":n,"marks":[…],"newFaults":n,"agents":[alive,known,largest skew in
  // ms],"stale":true}; stale: older seconds changed or not everything fitted, ask for a snapshot.
  std::string next(Pulse& pulse, const AgentsSummary& agents, Timestamp now);

 private:
  size_t services_known_ = 0;
  uint64_t errors_told_ = 0;
  uint64_t marks_told_ = 0;
  std::map<size_t, uint64_t> lines_told_;
  std::map<size_t, std::optional<Silence>> silence_told_;
};

}  // namespace logsvc::insight
