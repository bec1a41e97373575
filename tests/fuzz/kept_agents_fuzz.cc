#include <cstdlib>

#include "insight/agent_book_json.h"

// What can be read is written and read again unchanged, and goes on like a book that was never
// saved.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc;
  using namespace logsvc::insight;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  auto kept = read_kept_agents(bytes);
  if (!kept.ok()) return 0;
  AgentBook book;
  AgentBookWriter writer;
  for (AgentState& agent : kept->agents) {
    writer.add(agent);
    book.restore(std::move(agent));
  }
  const auto again = read_kept_agents(writer.finish(kept->at_end));
  if (!again.ok() || again->agents.size() != kept->agents.size()) std::abort();
  for (const AgentState& agent : again->agents) {
    wire::AgentReport report = agent.report;
    for (const auto& [source, ledger] : agent.sources) report.lines.push_back({source, 5, 1000});
    book.add(std::move(report), 1'800'000'000 * kSecond, "10.0.0.1");
  }
  AgentBookWriter later;
  for (const auto& [id, agent] : book.agents()) later.add(agent);
  if (!read_kept_agents(later.finish(true)).ok()) std::abort();
  return 0;
}
