// Sends the whole result of a log query as a file, read from the store in pages while it is sent,
// so that nothing but the query bounds its size. Borrows everything; safe from several threads.
#pragma once

#include "logql/engine.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

class ExportApi {
 public:
  ExportApi(const LogSource& source, logql::EngineLimits limits, QueryRunner& queries,
            const Clock& clock, Diagnostics& diagnostics)
      : source_(source),
        limits_(limits),
        queries_(queries),
        clock_(clock),
        diagnostics_(diagnostics) {}
  void add_to(Routes& routes);

 private:
  void export_lines(const http::Request& request, http::Response& response);

  const LogSource& source_;
  const logql::EngineLimits limits_;
  QueryRunner& queries_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
};

}  // namespace logsvc::server
