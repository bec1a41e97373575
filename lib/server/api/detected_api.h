// Finds labels and fields that are worth showing, in the streams and in a sample of their lines.
// Borrows everything; safe from several threads.
#pragma once

#include "os/clock.h"
#include "server/access/view.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class DetectedApi {
 public:
  DetectedApi(const Views& views, QueryRunner& queries, const Clock& clock)
      : views_(views), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void detected_labels(const http::Request& request, http::Response& response,
                       const Principal& principal);
  void detected_fields(const http::Request& request, http::Response& response,
                       const Principal& principal);
  void detected_field_values(const http::Request& request, http::Response& response,
                             const Principal& principal);

  const Views& views_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
