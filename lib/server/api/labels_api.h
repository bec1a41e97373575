// Answers names and values of labels, and streams, from the index; also in the older form under
// /api/prom. Borrows everything; safe from several threads.
#pragma once

#include "model/log_source.h"
#include "os/clock.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class LabelsApi {
 public:
  LabelsApi(const LogSource& source, QueryRunner& queries, const Clock& clock)
      : source_(source), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void labels(const http::Request& request, http::Response& response);
  void label_values(const http::Request& request, http::Response& response);
  void series(const http::Request& request, http::Response& response);
  void legacy_labels(const http::Request& request, http::Response& response);
  void legacy_label_values(const http::Request& request, http::Response& response);

  const LogSource& source_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
