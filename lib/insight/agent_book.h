// Holds the agents as they describe themselves, and the ledgers of what they delivered, one per
// source (source_ledger.h). agent_book_json.h keeps it between two runs of the server. Not
// thread-safe.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "insight/source_ledger.h"
#include "wire/agent_report.h"

namespace logsvc::insight {

struct DescribedSource {
  wire::SourceDescription now;
  Timestamp told = 0;
};

struct AgentState {
  std::string address;           // where the last report came from
  wire::AgentReport report;      // the last one; its lines are in the ledger
  Timestamp seen = 0;            // when it came
  std::deque<Duration> offsets;  // the agent's clock minus ours, in the last reports
  // Counts lines ahead of our clock, kept at the time of their arrival; kept_at is when the last
  // ones came (0: none).
  uint64_t kept_at_arrival = 0;
  Timestamp kept_at = 0;
  std::map<std::string, SourceLedger> sources;
  std::map<std::string, DescribedSource> described;  // containers as last described

  // The median of the offsets; it is too small by up to half the round trip.
  Duration skew() const;
};

class AgentBook {
 public:
  static constexpr size_t kMaxAgents = 500;
  static constexpr size_t kMaxAgentsOfAddress = 100;
  static constexpr size_t kMaxSources = 2000;  // per agent
  static constexpr size_t kMaxSourcesOfAddress = 10'000;
  static constexpr size_t kMaxSourcesOfAll = 50'000;
  static constexpr size_t kMaxOffsets = 31;  // per agent
  static constexpr Duration kAlive = 30 * kSecond;
  // A container that was not described for so long is gone: agents describe each of theirs more
  // often.
  static constexpr Duration kDescribed = 10 * kMinute;
  // An agent that was silent for so long may make room for one of another address.
  static constexpr Duration kForgotten = kHour;

  // Counts what came with a push that was accepted. A new agent takes the place of one that is
  // silent: of one of its own address, or of one long forgotten. Invented ids cannot push out the
  // agents of others. kept_at_arrival says how many of its lines were ahead of the server's clock.
  // Returns false if there was no room.
  bool add(wire::AgentReport report, Timestamp arrival, const std::string& address,
           uint64_t kept_at_arrival = 0);
  // Notes that an agent lives, and how it is; only for an agent that pushed from the address
  // before. Returns false if there is no such agent.
  bool refresh(wire::AgentReport report, Timestamp arrival, const std::string& address);
  const std::map<std::string, AgentState>& agents() const { return agents_; }

  // Adds an agent as an earlier run kept it; it is left out if there are too many, or it is here
  // already.
  void restore(AgentState agent);
  // Drops agents last heard of before the instant, and sources that sent nothing since.
  void forget_before(Timestamp oldest);
  // Returns whether a hole in a ledger opened, or became smaller, since the last call.
  bool take_holes_changed() { return std::exchange(holes_changed_, false); }

 private:
  bool make_room(Timestamp arrival, const std::string& address);
  bool has_source_room(const std::string& address) const;
  bool has_ledger_room(AgentState& agent, Timestamp arrival) const;
  void add_lines(AgentState& agent, const wire::AgentReport& report, Timestamp arrival);

  std::map<std::string, AgentState> agents_;  // by the agent's id
  bool holes_changed_ = false;
};

}  // namespace logsvc::insight
