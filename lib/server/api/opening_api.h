// Answers how an opening went so far, for the page of the opening. Borrows everything; safe from
// several threads.
#pragma once

#include "insight/insight.h"
#include "os/clock.h"
#include "server/access/view.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class OpeningApi {
 public:
  OpeningApi(const Views& views, insight::Insight& insight, QueryRunner& queries,
             const Clock& clock)
      : views_(views), insight_(insight), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void opening(const http::Request& request, http::Response& response, const Principal& principal);

  const Views& views_;
  insight::Insight& insight_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
