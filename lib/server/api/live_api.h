// Sends live lines over a WebSocket: Loki's tail and the page's own form of it. Borrows everything;
// safe from several threads.
#pragma once

#include "os/clock.h"
#include "server/access/view.h"
#include "server/api/routes.h"
#include "server/live/tail_loop.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class LiveApi {
 public:
  LiveApi(const Views& views, TailLoop& tail_loop, QueryRunner& queries, const Clock& clock)
      : views_(views), tail_loop_(tail_loop), queries_(queries), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void tail(const http::Request& request, http::Response& response);
  bool upgrade(std::unique_ptr<http::Stream>& stream, const std::string& accept,
               const http::Request& request, http::Response& response, const Principal& principal);

  const Views& views_;
  TailLoop& tail_loop_;
  QueryRunner& queries_;
  const Clock& clock_;
};

}  // namespace logsvc::server
