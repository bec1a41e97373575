// A job's push target: the port that others push to as to a Loki.
//
//   POST PREFIX/loki/api/v1/push      JSON or protobuf with snappy; gzip, deflate, zstd
//   POST PREFIX/promtail/api/v1/raw   text: each line is an entry
//   GET  PREFIX/ready                 ready
//
// 204: every entry is in the spool, on disk. 400, 413: nothing is taken, and will not be. 429, 503,
// with Retry-After: push again. Nobody is asked who he is, as in Promtail. The threads are the
// server's (http/http_server.h) and one of the receiver.
#pragma once

#include <memory>

#include "agent/push_api/push_receiver.h"
#include "http/http_server.h"

namespace logsvc::agent {

class PushApiTarget {
 public:
  struct Context {
    LineStore& store;  // of this target alone
    const Clock& clock;
    Metrics& registry;
    PushApiMetrics& metrics;
    Diagnostics& diagnostics;
  };
  // Listens. Borrows what is in the context. kUnavailable if the address is taken.
  static Result<std::unique_ptr<PushApiTarget>> open(std::shared_ptr<const Job> job,
                                                     PushApiConfig config, const Context& context);
  // Pushes under way are answered.
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
