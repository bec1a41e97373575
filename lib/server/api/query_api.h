// Answers log and metric queries as Loki does, also in their older form under /api/prom. Borrows
// everything; safe from several threads.
#pragma once

#include "os/clock.h"
#include "server/access/view.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class QueryApi {
 public:
  QueryApi(const Views& views, QueryRunner& queries, const Clock& clock)
      : views_(views), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void query_range(const http::Request& request, http::Response& response,
                   const Principal& principal);
  void query(const http::Request& request, http::Response& response, const Principal& principal);
  void format_query(const http::Request& request, http::Response& response);
  void legacy_query(const http::Request& request, http::Response& response,
                    const Principal& principal);

  const Views& views_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
