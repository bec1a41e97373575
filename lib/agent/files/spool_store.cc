#include "agent/files/spool_store.h"

namespace logsvc::agent {

SpoolStore::SpoolStore(Spool& spool, SpoolWakeup& wakeup, const Clock& clock, AgentMetrics& metrics,
                       Diagnostics& diagnostics)
    : spool_(spool),
      wakeup_(wakeup),
      clock_(clock),
      writer_(spool),
      room_(stop_, metrics, diagnostics) {}

std::string SpoolStore::position(const std::string& source) {
  const SourceState state = spool_.state(source);
  last_lines_[source] = state.lines;
  return state.position;
}

Status SpoolStore::try_commit(const std::string& source, const std::string& position) {
  const Status done = writer_.commit(source, position, last_lines_[source], clock_.now());
  if (done.ok()) wakeup_.wake();
  return done;
}

bool SpoolStore::commit(const std::string& source, const std::string& position) {
  return room_.append([&] { return try_commit(source, position); });
}

}  // namespace logsvc::agent
