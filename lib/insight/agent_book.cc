#include "insight/agent_book.h"

#include <algorithm>

namespace logsvc::insight {
namespace {

constexpr size_t kOffsets = 31;
constexpr size_t kMaxHoles = 200;  // of one source; then the oldest stays missing for good

}  // namespace

// What of [first, end) lies in holes; the holes become smaller by it.
uint64_t SourceLedger::fill_holes(uint64_t first, uint64_t end) {
  uint64_t filled = 0;
  std::vector<Hole> left;
  for (const Hole& hole : holes_) {
    const uint64_t from = std::max(first, hole.first), to = std::min(end, hole.end);
    if (from >= to) {
      left.push_back(hole);
      continue;
    }
    filled += to - from;
    cells_[hole.cell].missing -= to - from;
    if (hole.first < from) left.push_back({hole.first, from, hole.cell});
    if (to < hole.end) left.push_back({to, hole.end, hole.cell});
  }
  holes_ = std::move(left);
  return filled;
}

void SourceLedger::add(uint64_t first, uint64_t count, Timestamp arrival) {
  if (count == 0 || first > UINT64_MAX - count) return;
  const uint64_t end = first + count;
  const int64_t now = arrival / kCellWidth;
  LedgerCell& cell = cells_[now];
  if (next_ == 0) next_ = first;
  if (first > next_) {
    holes_.push_back({next_, first, now});
    cell.missing += first - next_;
    if (holes_.size() > kMaxHoles) holes_.erase(holes_.begin());
  }
  const uint64_t old_end = std::min(end, next_);
  const uint64_t late = first < old_end ? fill_holes(first, old_end) : 0;
  const uint64_t fresh = end > next_ ? end - std::max(first, next_) : 0;
  cell.received += fresh + late;
  cell.late += late;
  cell.doubled += count - fresh - late;
  next_ = std::max(next_, end);
  const int64_t oldest = now - static_cast<int64_t>(kCells) + 1;
  std::erase_if(holes_, [&](const Hole& hole) { return hole.cell < oldest; });
  cells_.erase(cells_.begin(), cells_.lower_bound(oldest));
}

LedgerCell SourceLedger::total() const {
  LedgerCell sum;
  for (const auto& [number, cell] : cells_) {
    sum.received += cell.received;
    sum.late += cell.late;
    sum.doubled += cell.doubled;
    sum.missing += cell.missing;
  }
  return sum;
}

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

// For one more of its agents' sources.
bool AgentBook::has_source_room(const std::string& address) const {
  size_t sources = 0;
  for (const auto& [id, agent] : agents_) {
    if (agent.address == address) sources += std::max(agent.sources.size(), agent.described.size());
  }
  return sources < kMaxSourcesOfAddress;
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
  if (agent.offsets.size() > kOffsets) agent.offsets.pop_front();
  for (const wire::SequenceRange& range : report.lines) {
    const bool known = agent.sources.count(range.source) > 0;
    if (!known && (agent.sources.size() >= kMaxSources || !has_source_room(address))) continue;
    agent.sources[range.source].add(range.first, range.count, arrival);
  }
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
