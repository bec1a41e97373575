#include "insight/agent_book.h"

#include <algorithm>

namespace logsvc::insight {

Duration AgentState::skew() const {
  if (offsets.empty()) return 0;
  std::vector<Duration> sorted(offsets.begin(), offsets.end());
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<ptrdiff_t>(sorted.size() / 2),
                   sorted.end());
  return sorted[sorted.size() / 2];
}

bool AgentBook::make_room(Timestamp arrival, const std::string& address) {
  size_t of_address = 0;
  auto oldest = agents_.end(), oldest_of_address = agents_.end();
  const auto older = [&](auto one, auto than) {
    return than == agents_.end() || one->second.seen < than->second.seen;
  };
  for (auto one = agents_.begin(); one != agents_.end(); ++one) {
    if (older(one, oldest)) oldest = one;
    if (one->second.address != address) continue;
    ++of_address;
    if (older(one, oldest_of_address)) oldest_of_address = one;
  }
  if (of_address < kMaxAgentsOfAddress && agents_.size() < kMaxAgents) return true;
  const auto silent = [&](auto one, Duration since) {
    return one != agents_.end() && arrival - one->second.seen > since;
  };
  if (silent(oldest_of_address, kAlive)) {
    agents_.erase(oldest_of_address);
    return true;
  }
  if (of_address >= kMaxAgentsOfAddress || !silent(oldest, kForgotten)) return false;
  agents_.erase(oldest);
  return true;
}

// Makes room for one more source among those of the address's agents.
bool AgentBook::has_source_room(const std::string& address) const {
  size_t all = 0, of_address = 0;
  for (const auto& [id, agent] : agents_) {
    const size_t sources = std::max(agent.sources.size(), agent.described.size());
    all += sources;
    if (agent.address == address) of_address += sources;
  }
  return of_address < kMaxSourcesOfAddress && all < kMaxSourcesOfAll;
}

// Makes room for one more ledger of the agent. A ledger whose source sent nothing for a day has
// nothing left to show and is dropped.
bool AgentBook::has_ledger_room(AgentState& agent, Timestamp arrival) const {
  if (agent.sources.size() < kMaxSources && has_source_room(agent.address)) return true;
  const auto quiet = std::min_element(
      agent.sources.begin(), agent.sources.end(),
      [](const auto& a, const auto& b) { return a.second.heard() < b.second.heard(); });
  const int64_t oldest =
      arrival / SourceLedger::kCellWidth - static_cast<int64_t>(SourceLedger::kCells);
  if (quiet == agent.sources.end() || quiet->second.heard() > oldest) return false;
  agent.sources.erase(quiet);
  return true;
}

void AgentBook::add_lines(AgentState& agent, const wire::AgentReport& report, Timestamp arrival) {
  for (const wire::SequenceRange& range : report.lines) {
    auto found = agent.sources.find(range.source);
    if (found == agent.sources.end()) {
      if (!has_ledger_room(agent, arrival)) continue;
      found = agent.sources.emplace(range.source, SourceLedger()).first;
    }
    holes_changed_ |= found->second.add(range.first, range.count, arrival);
  }
}

void AgentBook::restore(AgentState agent) {
  if (agents_.size() >= kMaxAgents) return;
  std::string id = agent.report.agent;
  agents_.emplace(std::move(id), std::move(agent));
}

void AgentBook::forget_before(Timestamp oldest) {
  std::erase_if(agents_, [&](const auto& one) { return one.second.seen < oldest; });
  for (auto& [id, agent] : agents_) {
    std::erase_if(agent.sources, [&](const auto& one) {
      return one.second.heard() < oldest / SourceLedger::kCellWidth;
    });
  }
}

bool AgentBook::refresh(wire::AgentReport report, Timestamp arrival, const std::string& address) {
  const auto found = agents_.find(report.agent);
  if (found == agents_.end() || found->second.address != address) return false;
  report.lines.clear();  // only a push carries lines
  return add(std::move(report), arrival, address);
}

bool AgentBook::add(wire::AgentReport report, Timestamp arrival, const std::string& address,
                    uint64_t kept_at_arrival) {
  if (report.agent.empty()) return false;
  if (agents_.count(report.agent) == 0 && !make_room(arrival, address)) return false;
  AgentState& agent = agents_[report.agent];
  agent.seen = arrival;
  agent.address = address;
  agent.kept_at_arrival += kept_at_arrival;
  if (kept_at_arrival > 0) agent.kept_at = arrival;
  if (report.clock > 0) agent.offsets.push_back(report.clock - arrival);
  if (agent.offsets.size() > kMaxOffsets) agent.offsets.pop_front();
  add_lines(agent, report, arrival);
  for (wire::SourceDescription& source : report.sources) {
    const bool known = agent.described.count(source.source) > 0;
    if (!known && (agent.described.size() >= kMaxSources || !has_source_room(address))) continue;
    const std::string id = source.source;
    agent.described[id] = {std::move(source), arrival};
  }
  std::erase_if(agent.described,
                [&](const auto& one) { return arrival - one.second.told > kDescribed; });
  report.lines.clear();
  report.sources.clear();
  agent.report = std::move(report);
  return true;
}

}  // namespace logsvc::insight
