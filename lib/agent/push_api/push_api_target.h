// A job's push target: the port to which others push as to a Loki.
//
//   POST PREFIX/loki/api/v1/push      JSON or protobuf with snappy; gzip, deflate, zstd
//   POST PREFIX/promtail/api/v1/raw   text: each line is an entry
//   GET  PREFIX/ready                 ready
//
// 204: every entry is in the spool, on disk. 400, 413: nothing was accepted and never will be. 429,
// 503, with Retry-After: push again. There is no authentication, as in Promtail. The threads are
// those of the server (http/http_server.h) and one of the receiver.
#pragma once

#include <memory>

#include "agent/push_api/push_receiver.h"
#include "http/http_server.h"

namespace logsvc::agent {

class PushApiTarget {
 public:
  struct Context {
    LineStore& store;  // only for this target
    const Clock& clock;
    Metrics& registry;
    PushApiMetrics& metrics;
    Diagnostics& diagnostics;
  };
  // Listens. Borrows what is in the context. Returns kUnavailable if the address is in use.
  static Result<std::unique_ptr<PushApiTarget>> open(std::shared_ptr<const Job> job,
                                                     PushApiConfig config, const Context& context);
  // Answers the pushes in progress first.
  ~PushApiTarget();

  int port() const { return server_->port(); }

 private:
  class Routes;
  PushApiTarget(std::unique_ptr<PushReceiver> receiver, std::unique_ptr<Routes> routes,
                std::unique_ptr<http::HttpServer> server);
  const std::unique_ptr<PushReceiver> receiver_;
  const std::unique_ptr<Routes> routes_;
  const std::unique_ptr<http::HttpServer> server_;
};

}  // namespace logsvc::agent
