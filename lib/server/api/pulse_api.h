// Feeds the Overview: a snapshot, then a frame a second over a WebSocket. Borrows everything; safe
// from several threads.
#pragma once

#include "insight/insight.h"
#include "server/access/view.h"
#include "server/api/routes.h"
#include "server/live/tail_loop.h"

namespace logsvc::server {

class PulseApi {
 public:
  PulseApi(const Views& views, insight::Insight& insight, TailLoop& tail)
      : views_(views), insight_(insight), tail_(tail) {}
  void add_to(Routes& routes);

 private:
  void pulse(const http::Request& request, http::Response& response, const Principal& principal);
  void errors(const http::Request& request, http::Response& response, const Principal& principal);
  void agents(const http::Request& request, http::Response& response, const Principal& principal);
  bool upgrade(std::unique_ptr<http::Stream>& stream, const std::string& accept,
               const Principal& principal);

  const Views& views_;
  insight::Insight& insight_;
  TailLoop& tail_;
};

}  // namespace logsvc::server
