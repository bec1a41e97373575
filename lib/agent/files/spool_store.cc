#include "agent/files/spool_store.h"

#include <chrono>
#include <thread>

namespace logsvc::agent {
namespace {

constexpr std::chrono::milliseconds kFullWait{200};

}  // namespace

SpoolStore::SpoolStore(Spool& spool, const Clock& clock, AgentMetrics& metrics,
                       Diagnostics& diagnostics, std::function<void()> on_spooled)
    : spool_(spool),
      clock_(clock),
      metrics_(metrics),
      diagnostics_(diagnostics),
      on_spooled_(std::move(on_spooled)),
      writer_(spool) {}

std::string SpoolStore::position(const std::string& source) {
  const SourceState state = spool_.state(source);
  last_lines_[source] = state.lines;
  return state.position;
}

Status SpoolStore::try_commit(const std::string& source, const std::string& position) {
  const Status done = writer_.commit(source, position, last_lines_[source], clock_.now());
  if (done.ok()) on_spooled_();
  return done;
}

bool SpoolStore::commit(const std::string& source, const std::string& position) {
  while (true) {
    const Status done = try_commit(source, position);
    if (done.ok()) return true;
    if (stop_) return false;
    metrics_.spool_full_waits.add();
    diagnostics_.warn("agent", "the spool takes no more: reading waits, the files keep the lines",
                      {{"why", done.error().message}});
    std::this_thread::sleep_for(kFullWait);
  }
}

}  // namespace logsvc::agent
