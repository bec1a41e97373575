// Feeds the Overview: a snapshot, then a frame a second over a WebSocket. Borrows everything; safe
// from several threads.
#pragma once

#include "insight/insight.h"
#include "server/api/routes.h"
#include "server/live/tail_loop.h"

namespace logsvc::server {

class PulseApi {
 public:
  PulseApi(insight::Insight& insight, TailLoop& tail) : insight_(insight), tail_(tail) {}
  void add_to(Routes& routes);

 private:
  void pulse(const http::Request& request, http::Response& response);
  void errors(const http::Request& request, http::Response& response);
  void agents(const http::Request& request, http::Response& response);
  bool upgrade(int socket, const std::string& accept);

  insight::Insight& insight_;
  TailLoop& tail_;
};

}  // namespace logsvc::server
