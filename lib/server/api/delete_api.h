// Handles requests to delete lines. Parameters come from the URL alone, as in Loki. Borrows
// everything; safe from several threads.
#pragma once

#include "os/clock.h"
#include "server/api/routes.h"
#include "server/audit/audit_log.h"
#include "server/transport/params.h"
#include "store/store.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

struct DeleteRules {
  bool enabled = true;
  Duration cancel_period = 24 * kHour;  // afterwards a request can only be cancelled by force
};

class DeleteApi {
 public:
  DeleteApi(store::Store& store, DeleteRules rules, AuditLog& audit, const Clock& clock,
            Diagnostics& diagnostics)
      : store_(store), rules_(rules), audit_(audit), clock_(clock), diagnostics_(diagnostics) {}
  void add_to(Routes& routes);

 private:
  void delete_lines(const http::Request& request, http::Response& response,
                    const Principal& principal);
  void list_deletions(const Params& params, http::Response& response);
  void cancel_deletion(const Params& params, http::Response& response, const Principal& principal);

  store::Store& store_;
  const DeleteRules rules_;
  AuditLog& audit_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
};

}  // namespace logsvc::server
