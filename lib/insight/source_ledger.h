// The ledger of one source of an agent: which of its numbered lines arrived, arrived late, arrived
// twice or are missing, by ten minutes of a day. Not thread-safe.
//
// It is kept between two runs of the server, once a minute. A run that was killed may have taken
// lines that the kept ledger does not know of: they are not counted as received, and the numbers
// between the kept ones and the first that comes afterwards prove nothing. They are `unknown`, not
// missing; each of them that comes again counts as received. A run that ended properly has kept
// everything that came: such numbers are then missing as usual. A hole that opened or was filled is
// kept within seconds (Insight), so that a hole that the killed run saw filled is rarely reported
// as open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/time.h"

namespace logsvc::insight {

struct LedgerCell {
  uint64_t received = 0;
  uint64_t late = 0;        // those of the received that filled a hole
  uint64_t duplicates = 0;  // came again
  uint64_t missing = 0;     // in holes that opened in this cell and are still open
  uint64_t unknown = 0;     // a run of the server that was killed may have taken them
  bool operator==(const LedgerCell&) const = default;
};

class SourceLedger {
 public:
  static constexpr Duration kCellWidth = 10 * kMinute;
  static constexpr size_t kCells = 144;     // a day
  static constexpr size_t kMaxHoles = 200;  // beyond that the oldest stays missing for good

  struct Hole {
    uint64_t first = 0;
    uint64_t end = 0;
    int64_t cell = 0;      // the cell in which it opened
    bool unknown = false;  // rather than missing
    bool operator==(const Hole&) const = default;
  };
  // By cell number (time / kCellWidth), ascending.
  using Cells = std::vector<std::pair<int64_t, LedgerCell>>;
  struct State {
    uint64_t next = 0;  // the number that comes next; 0: nothing came yet
    int64_t heard = 0;  // the cell of the last arrival
    std::vector<Hole> holes;
    Cells cells;
    bool operator==(const State&) const = default;
  };

  // Notes that lines [first, first + count) arrived. Returns true if a hole opened, or became
  // smaller.
  bool add(uint64_t first, uint64_t count, Timestamp arrival);

  const Cells& cells() const { return state_.cells; }
  LedgerCell total() const;
  // Returns the cell of the last arrival.
  int64_t heard() const { return state_.heard; }

  const State& state() const { return state_; }
  // exact says that nothing came after it was kept. Returns false, and changes nothing, if its
  // parts contradict each other.
  bool restore(State state, bool exact);

 private:
  LedgerCell& cell(int64_t number);
  void open_hole(uint64_t end, int64_t now);
  struct FillCounts {
    uint64_t late = 0;
    uint64_t known = 0;  // how many of them were unknown numbers
  };
  FillCounts fill_holes(uint64_t first, uint64_t end);
  void forget_old(int64_t now);

  State state_;
  bool resumed_ = false;  // what came after `next` before it was loaded is not known
};

}  // namespace logsvc::insight
