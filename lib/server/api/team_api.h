// Answers what the page keeps for the whole team, and the business counters. Borrows everything;
// safe from several threads.
#pragma once

#include "server/api/routes.h"
#include "server/counters/counters.h"
#include "server/query/query_runner.h"
#include "server/shared/shared_items.h"

namespace logsvc::server {

class TeamApi {
 public:
  TeamApi(SharedItems& shared_items, Counters& business_counters, QueryRunner& queries)
      : shared_items_(shared_items), business_counters_(business_counters), queries_(queries) {}
  void add_to(Routes& routes);

 private:
  void shared(const http::Request& request, http::Response& response);
  void counters(const http::Request& request, http::Response& response);

  SharedItems& shared_items_;
  Counters& business_counters_;
  QueryRunner& queries_;
};

}  // namespace logsvc::server
