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
bool is_sound(const SourceLedger::Kept& kept) {
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
  auto place = place_of(kept_.cells, number);
  if (place == kept_.cells.end() || place->first != number) {
    place = kept_.cells.insert(place, {number, LedgerCell()});
  }
  return place->second;
}

// Returns what of [first, end) lies in holes, and makes the holes smaller by it.
SourceLedger::Filled SourceLedger::fill_holes(uint64_t first, uint64_t end) {
  Filled filled;
  std::vector<Hole> left;
  for (const Hole& hole : kept_.holes) {
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
  kept_.holes = std::move(left);
  return filled;
}

void SourceLedger::open_hole(uint64_t end, int64_t now) {
  LedgerCell& opened = cell(now);
  (resumed_ ? opened.unknown : opened.missing) += end - kept_.next;
  kept_.holes.push_back({kept_.next, end, now, resumed_});
  if (kept_.holes.size() > kMaxHoles) kept_.holes.erase(kept_.holes.begin());
}

bool SourceLedger::add(uint64_t first, uint64_t count, Timestamp arrival) {
  if (count == 0 || first > UINT64_MAX - count) return false;
  const uint64_t end = first + count;
  const int64_t now = arrival / kCellWidth;
  if (kept_.next == 0) kept_.next = first;
  const bool jumps = first > kept_.next;
  if (jumps) open_hole(first, now);
  const uint64_t old_end = std::min(end, kept_.next);
  const Filled filled = first < old_end ? fill_holes(first, old_end) : Filled();
  const uint64_t fresh = end > kept_.next ? end - std::max(first, kept_.next) : 0;
  LedgerCell& here = cell(now);
  here.received += fresh + filled.late + filled.known;
  here.late += filled.late;
  here.doubled += count - fresh - filled.late - filled.known;
  // Numbers that were there before say nothing about what a killed run took.
  if (fresh > 0) resumed_ = false;
  kept_.next = std::max(kept_.next, end);
  kept_.heard = now;
  forget_old(now);
  return jumps || filled.late + filled.known > 0;
}

void SourceLedger::forget_old(int64_t now) {
  const int64_t oldest = now - static_cast<int64_t>(kCells) + 1;
  std::erase_if(kept_.holes, [&](const Hole& hole) { return hole.cell < oldest; });
  kept_.cells.erase(kept_.cells.begin(), place_of(kept_.cells, oldest));
  // Cells from before the clock stepped back go first.
  while (kept_.cells.size() > kCells) {
    const int64_t last = kept_.cells.back().first;
    std::erase_if(kept_.holes, [&](const Hole& hole) { return hole.cell == last; });
    kept_.cells.pop_back();
  }
}

LedgerCell SourceLedger::total() const {
  LedgerCell sum;
  for (const auto& [number, cell] : kept_.cells) {
    sum.received += cell.received;
    sum.late += cell.late;
    sum.doubled += cell.doubled;
    sum.missing += cell.missing;
    sum.unknown += cell.unknown;
  }
  return sum;
}

bool SourceLedger::restore(Kept kept, bool exact) {
  if (!is_sound(kept)) return false;
  kept_ = std::move(kept);
  resumed_ = !exact && kept_.next > 0;
  return true;
}

}  // namespace logsvc::insight
