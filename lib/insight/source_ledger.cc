#include "insight/source_ledger.h"

#include <algorithm>
#include <map>

namespace logsvc::insight {
namespace {

auto place_of(SourceLedger::Cells& cells, int64_t number) {
  return std::lower_bound(cells.begin(), cells.end(), number,
                          [](const auto& one, int64_t n) { return one.first < n; });
}

// Checks that holes lie behind each other, below the next number, each in a cell that counts it.
bool is_sound(const SourceLedger::State& kept) {
  std::map<int64_t, LedgerCell> left;
  for (const auto& [number, cell] : kept.cells) {
    if (!left.empty() && number <= left.rbegin()->first) return false;
    left[number] = cell;
  }
  uint64_t end = 1;
  for (const SourceLedger::Hole& hole : kept.holes) {
    if (hole.first < end || hole.end <= hole.first || hole.end > kept.next) return false;
    end = hole.end;
    const auto found = left.find(hole.cell);
    if (found == left.end()) return false;
    uint64_t& open = hole.unknown ? found->second.unknown : found->second.missing;
    if (open < hole.end - hole.first) return false;
    open -= hole.end - hole.first;
  }
  return kept.cells.size() <= SourceLedger::kCells && kept.holes.size() <= SourceLedger::kMaxHoles;
}

}  // namespace

LedgerCell& SourceLedger::cell(int64_t number) {
  auto place = place_of(state_.cells, number);
  if (place == state_.cells.end() || place->first != number) {
    place = state_.cells.insert(place, {number, LedgerCell()});
  }
  return place->second;
}

// Returns what of [first, end) lies in holes, and makes the holes smaller by it.
SourceLedger::FillCounts SourceLedger::fill_holes(uint64_t first, uint64_t end) {
  FillCounts filled;
  std::vector<Hole> left;
  for (const Hole& hole : state_.holes) {
    const uint64_t from = std::max(first, hole.first), to = std::min(end, hole.end);
    if (from >= to) {
      left.push_back(hole);
      continue;
    }
    LedgerCell& opened = cell(hole.cell);
    (hole.unknown ? filled.known : filled.late) += to - from;
    (hole.unknown ? opened.unknown : opened.missing) -= to - from;
    if (hole.first < from) left.push_back({hole.first, from, hole.cell, hole.unknown});
    if (to < hole.end) left.push_back({to, hole.end, hole.cell, hole.unknown});
  }
  state_.holes = std::move(left);
  return filled;
}

void SourceLedger::open_hole(uint64_t end, int64_t now) {
  LedgerCell& opened = cell(now);
  (resumed_ ? opened.unknown : opened.missing) += end - state_.next;
  state_.holes.push_back({state_.next, end, now, resumed_});
  if (state_.holes.size() > kMaxHoles) state_.holes.erase(state_.holes.begin());
}

bool SourceLedger::add(uint64_t first, uint64_t count, Timestamp arrival) {
  if (count == 0 || first > UINT64_MAX - count) return false;
  const uint64_t end = first + count;
  const int64_t now = arrival / kCellWidth;
  if (state_.next == 0) state_.next = first;
  const bool jumps = first > state_.next;
  if (jumps) open_hole(first, now);
  const uint64_t old_end = std::min(end, state_.next);
  const FillCounts filled = first < old_end ? fill_holes(first, old_end) : FillCounts();
  const uint64_t fresh = end > state_.next ? end - std::max(first, state_.next) : 0;
  LedgerCell& here = cell(now);
  here.received += fresh + filled.late + filled.known;
  here.late += filled.late;
  here.duplicates += count - fresh - filled.late - filled.known;
  // Numbers that were there before say nothing about what a killed run took.
  if (fresh > 0) resumed_ = false;
  state_.next = std::max(state_.next, end);
  state_.heard = now;
  forget_old(now);
  return jumps || filled.late + filled.known > 0;
}

void SourceLedger::forget_old(int64_t now) {
  const int64_t oldest = now - static_cast<int64_t>(kCells) + 1;
  std::erase_if(state_.holes, [&](const Hole& hole) { return hole.cell < oldest; });
  state_.cells.erase(state_.cells.begin(), place_of(state_.cells, oldest));
  // Cells from before the clock stepped back go first.
  while (state_.cells.size() > kCells) {
    const int64_t last = state_.cells.back().first;
    std::erase_if(state_.holes, [&](const Hole& hole) { return hole.cell == last; });
    state_.cells.pop_back();
  }
}

LedgerCell SourceLedger::total() const {
  LedgerCell sum;
  for (const auto& [number, cell] : state_.cells) {
    sum.received += cell.received;
    sum.late += cell.late;
    sum.duplicates += cell.duplicates;
    sum.missing += cell.missing;
    sum.unknown += cell.unknown;
  }
  return sum;
}

bool SourceLedger::restore(State state, bool exact) {
  if (!is_sound(state)) return false;
  state_ = std::move(state);
  resumed_ = !exact && state_.next > 0;
  return true;
}

}  // namespace logsvc::insight
