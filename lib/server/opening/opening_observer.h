// Looks up how an opening went: counts, first lines and successes from the store, ends of
// containers from what the server knows of them. It can be asked at any time, so nobody has to have
// watched.
#pragma once

#include "insight/insight.h"
#include "logql/engine.h"
#include "server/opening/opening_outcome.h"

namespace logsvc::server {

// part is what the engine reads. Before T0 the outcome says nothing but `over`. Errors are the
// engine's. Safe from several threads.
Result<OpeningOutcome> observe_opening(const Opening& opening, Timestamp now,
                                       const logql::Engine& engine, insight::Insight& insight,
                                       const logql::QueryRun& run = {},
                                       const insight::Part& part = {});

}  // namespace logsvc::server
