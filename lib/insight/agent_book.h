// The agents as they report themselves, and the ledger of delivery: which numbered lines came, came
// late, came twice or are missing, by source and ten minutes. In memory: after a restart of the
// server each source begins with the first number that comes. Not thread-safe.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "wire/agent_report.h"

namespace logsvc::insight {

struct LedgerCell {
  uint64_t received = 0;
  uint64_t late = 0;     // of the received, those that filled a hole
  uint64_t doubled = 0;  // came again
  uint64_t missing = 0;  // of holes that opened in this cell and are still open
};

class SourceLedger {
 public:
  static constexpr Duration kCellWidth = 10 * kMinute;
  static constexpr size_t kCells = 144;  // a day

  // Lines [first, first + count) arrived.
  void add(uint64_t first, uint64_t count, Timestamp arrival);
  // By cell number (time / kCellWidth).
  const std::map<int64_t, LedgerCell>& cells() const { return cells_; }
  LedgerCell total() const;

 private:
  struct Hole {
    uint64_t first;
    uint64_t end;
    int64_t cell;  // in which it opened
  };
  uint64_t fill_holes(uint64_t first, uint64_t end);

  uint64_t next_ = 0;  // the number that comes next; 0: nothing came yet
  std::vector<Hole> holes_;
  std::map<int64_t, LedgerCell> cells_;
};

struct DescribedSource {
  wire::SourceDescription now;
  Timestamp told = 0;
};

struct AgentState {
  std::string address;       // that the last report came from
  wire::AgentReport report;  // the last one; its lines are in the ledger
  Timestamp seen = 0;
  std::deque<Duration> offsets;  // the agent's clock minus ours, of the last reports
  // Lines ahead of our clock, kept at the time of their arrival; when the last ones came (0: none).
  uint64_t kept_at_arrival = 0;
  Timestamp kept_at = 0;
  std::map<std::string, SourceLedger> sources;
  std::map<std::string, DescribedSource> described;  // containers as last told

  // The median of the offsets: up to half the round trip too small.
  Duration skew() const;
};

class AgentBook {
 public:
  static constexpr size_t kMaxAgents = 500;
  static constexpr size_t kMaxAgentsOfAddress = 100;
  static constexpr size_t kMaxSources = 2000;  // of one agent
  static constexpr size_t kMaxSourcesOfAddress = 10'000;
  static constexpr Duration kAlive = 30 * kSecond;
  // A container that was not told of for so long is gone: all are, in turn, more often.
  static constexpr Duration kDescribed = 10 * kMinute;
  // An agent that was silent for so long may make room for one of another address.
  static constexpr Duration kForgotten = kHour;

  // What came with a push that was accepted. An agent that is new takes the place of one that is
  // silent: of its own address, or long forgotten. Ids that are made up cannot push out others'.
  // kept_at_arrival: of its lines, those that were ahead of the server's clock. False: there was no
  // room.
  bool add(wire::AgentReport report, Timestamp arrival, const std::string& address,
           uint64_t kept_at_arrival = 0);
  // Only of an agent that pushed from the address before: says that it lives, and how it is.
  // False: there is no such agent.
  bool refresh(wire::AgentReport report, Timestamp arrival, const std::string& address);
  const std::map<std::string, AgentState>& agents() const { return agents_; }

 private:
  bool make_room(Timestamp arrival, const std::string& address);
  bool has_source_room(const std::string& address) const;

  std::map<std::string, AgentState> agents_;  // by the agent's id
};

}  // namespace logsvc::insight
