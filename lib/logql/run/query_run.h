// The constraints of one run of a query: it ends when it is asked to, and takes its memory from an
// account.
#pragma once

#include <memory>

#include "base/cancellation.h"
#include "logql/run/query_memory.h"

namespace logsvc::logql {

struct QueryRun {
  Cancellation cancellation;
  // If it is nullptr, the engine opens one for the query alone.
  std::shared_ptr<MemoryAccount> memory;
};

// The error of a query whose time is over.
Error query_timed_out();

}  // namespace logsvc::logql
