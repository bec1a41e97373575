// Answers patterns of lines, mined from the newest lines of a selection. Borrows everything; safe
// from several threads.
#pragma once

#include "model/log_source.h"
#include "os/clock.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class PatternsApi {
 public:
  PatternsApi(const LogSource& source, QueryRunner& queries, const Clock& clock)
      : source_(source), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void patterns(const http::Request& request, http::Response& response);

  const LogSource& source_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
