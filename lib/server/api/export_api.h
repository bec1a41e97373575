// Sends the whole result of a log query as a file, read from the store in pages while it is sent,
// so that nothing but the query bounds its size. Borrows everything; safe from several threads.
#pragma once

#include "os/clock.h"
#include "server/access/view.h"
#include "server/api/routes.h"
#include "server/audit/audit_log.h"
#include "server/query/query_runner.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

class ExportApi {
 public:
  ExportApi(const Views& views, QueryRunner& queries, AuditLog& audit, const Clock& clock,
            Diagnostics& diagnostics)
      : views_(views), queries_(queries), audit_(audit), clock_(clock), diagnostics_(diagnostics) {}
  void add_to(Routes& routes);

 private:
  void export_lines(const http::Request& request, http::Response& response,
                    const Principal& principal);

  const Views& views_;
  QueryRunner& queries_;
  AuditLog& audit_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
};

}  // namespace logsvc::server
