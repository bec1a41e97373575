// Answers how an opening went so far, for the page of the opening. Borrows everything; safe from
// several threads.
#pragma once

#include "insight/insight.h"
#include "logql/engine.h"
#include "os/clock.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class OpeningApi {
 public:
  OpeningApi(const logql::Engine& engine, insight::Insight& insight, QueryRunner& queries,
             const Clock& clock)
      : engine_(engine), insight_(insight), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void opening(const http::Request& request, http::Response& response);

  const logql::Engine& engine_;
  insight::Insight& insight_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
