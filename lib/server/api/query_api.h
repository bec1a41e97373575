// Answers log and metric queries as Loki does, also in their older form under /api/prom. Borrows
// everything; safe from several threads.
#pragma once

#include "logql/engine.h"
#include "os/clock.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class QueryApi {
 public:
  QueryApi(const logql::Engine& engine, QueryRunner& queries, const Clock& clock)
      : engine_(engine), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void query_range(const http::Request& request, http::Response& response);
  void query(const http::Request& request, http::Response& response);
  void format_query(const http::Request& request, http::Response& response);
  void legacy_query(const http::Request& request, http::Response& response);

  const logql::Engine& engine_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
