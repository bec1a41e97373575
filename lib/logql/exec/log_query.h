// Runs a log query: entries through the pipeline into streams, up to the limit.
#pragma once

#include "logql/exec/context.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

Result<StreamsResult> run_log_query(const LogExpr& log, const RangeRequest& request,
                                    ExecContext& context);

}  // namespace logsvc::logql
