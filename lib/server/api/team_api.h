// Answers what the page keeps for the whole team, and the business counters. Reports of openings
// count lines of all services, and those of earlier releases quote some: who has a scope, or sees
// masked lines, does not get them, but may ask for the opening (opening_api.h). Borrows everything;
// safe from several threads.
#pragma once

#include "server/api/routes.h"
#include "server/audit/audit_log.h"
#include "server/counters/viewed_counters.h"
#include "server/query/query_runner.h"
#include "server/shared/shared_items.h"

namespace logsvc::server {

class TeamApi {
 public:
  TeamApi(SharedItems& shared_items, ViewedCounters& business_counters, QueryRunner& queries,
          AuditLog& audit)
      : shared_items_(shared_items),
        business_counters_(business_counters),
        queries_(queries),
        audit_(audit) {}
  void add_to(Routes& routes);

 private:
  void shared(const http::Request& request, http::Response& response, const Principal& principal);
  void change(const http::Request& request, http::Response& response, const Principal& principal);
  void counters(const http::Request& request, http::Response& response, const Principal& principal);

  SharedItems& shared_items_;
  ViewedCounters& business_counters_;
  QueryRunner& queries_;
  AuditLog& audit_;
};

}  // namespace logsvc::server
