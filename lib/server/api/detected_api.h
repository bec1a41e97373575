// Finds labels and fields that are worth showing, in the streams and in a sample of their lines.
// Borrows everything; safe from several threads.
#pragma once

#include "logql/engine.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class DetectedApi {
 public:
  DetectedApi(const LogSource& source, const logql::Engine& engine, QueryRunner& queries,
              const Clock& clock)
      : source_(source), engine_(engine), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void detected_labels(const http::Request& request, http::Response& response);
  void detected_fields(const http::Request& request, http::Response& response);
  void detected_field_values(const http::Request& request, http::Response& response);

  const LogSource& source_;
  const logql::Engine& engine_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
