// Answers names and values of labels, and streams, from the index; also in the older form under
// /api/prom. Borrows everything; safe from several threads.
#pragma once

#include "os/clock.h"
#include "server/access/view.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class LabelsApi {
 public:
  LabelsApi(const Views& views, QueryRunner& queries, const Clock& clock)
      : views_(views), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void labels(const http::Request& request, http::Response& response, const Principal& principal);
  void label_values(const http::Request& request, http::Response& response,
                    const Principal& principal);
  void series(const http::Request& request, http::Response& response, const Principal& principal);
  void legacy_labels(const http::Request& request, http::Response& response,
                     const Principal& principal);
  void legacy_label_values(const http::Request& request, http::Response& response,
                           const Principal& principal);

  const Views& views_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
