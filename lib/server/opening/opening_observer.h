// Looks up what came of an opening: counts, first lines and successes in the store, ends of
// containers in what the server knows of them. Whenever it is asked, so that nobody has to have
// watched.
#pragma once

#include "insight/insight.h"
#include "logql/engine.h"
#include "server/opening/opening_outcome.h"

namespace logsvc::server {

// Nothing but `over` before T0. Errors as the engine's. Safe from several threads.
Result<OpeningOutcome> observe_opening(const Opening& opening, Timestamp now,
                                       const logql::Engine& engine, insight::Insight& insight,
                                       const logql::QueryRun& run = {});

}  // namespace logsvc::server
