// Answers patterns of lines, mined from the newest lines of a selection. Borrows everything; safe
// from several threads.
#pragma once

#include "os/clock.h"
#include "server/access/view.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class PatternsApi {
 public:
  PatternsApi(const Views& views, QueryRunner& queries, const Clock& clock)
      : views_(views), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void patterns(const http::Request& request, http::Response& response, const Principal& principal);

  const Views& views_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
