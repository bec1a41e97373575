// The agents and their ledgers as they are kept between two runs of the server: one JSON object.
//
//   {"version":1,"at_end":false,"agents":[{"address","seen","kept_at_arrival","kept_at",
//    "offsets":[ns…],"report":"…","described":[[source,name,driver,read by,read to,lag,running,
//    told]…],"sources":[[source,next,heard,[[first,end,cell,unknown]…],[[cell,received,late,
//    doubled,missing,unknown]…]]…]}…]}
//
//   at_end   written when the server ended as it should: nothing came after it
//   report   the last one, as an agent sends it (wire/agent_report.h), which holds its id
//   sources  ledgers: see SourceLedger::State. Zeros at the end of a cell are left out.
//
// Times in ns. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "insight/agent_book.h"

namespace logsvc::insight {

// Writes agents one by one, so that the caller need not hold its lock for all of them at once.
class AgentBookWriter {
 public:
  // Beyond so many bytes containers, holes and cells are left out; agents and the numbers that come
  // next take few bytes. If the agents heard of last come first, what is left out is what people
  // miss least.
  static constexpr size_t kDetailBytes = size_t{8} << 20;

  explicit AgentBookWriter(size_t detail_bytes = kDetailBytes) : detail_bytes_(detail_bytes) {}

  void add(const AgentState& agent);
  // Returns the whole text; the writer cannot be used afterwards.
  std::string finish(bool at_end);

 private:
  bool has_room() const { return text_.size() < detail_bytes_; }
  void add_described(const AgentState& agent);
  void add_ledger(const std::string& source, const SourceLedger& ledger);

  const size_t detail_bytes_;
  std::string text_;
};

struct KeptAgents {
  std::vector<AgentState> agents;
  bool at_end = false;
};
// A text longer than any that is written is refused.
inline constexpr size_t kMaxKeptAgentsBytes = size_t{32} << 20;

// Returns kCorrupt, saying what is wrong, for anything else: another version, wrong types, numbers
// out of range, more than there may be, ledgers that contradict themselves.
Result<KeptAgents> read_kept_agents(std::string_view text);

}  // namespace logsvc::insight
