// The table of URLs: which handler answers a path, who may ask, how much a body may hold. Each part
// of the API adds the rows that it answers. The table is filled before the first request and
// constant afterwards.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/message.h"
#include "server/auth/gate.h"

namespace logsvc::server {

struct Route {
  // How much a body may hold; the bytes are in Api::max_body_bytes().
  enum class Body { kSmall, kForm, kLogin, kShared, kPush };
  using Handler = std::function<void(http::Request&, http::Response&)>;
  // Like http::Handler::upgrade, for a client that passed the gate and is known. accept is the 101
  // answer, which the handler sends when it takes the socket.
  using Upgrade = std::function<bool(int socket, const std::string& accept,
                                     const http::Request& request, http::Response& response)>;

  const char* methods;  // "GET", "GET POST"
  const char* path;     // {name} matches one part
  const char* name;     // in metrics
  Access access = Access::kUnset;
  Handler handler = {};
  Body body = Body::kForm;
  bool get_changes = false;  // a GET changes something
  Upgrade upgrade = {};      // only where a WebSocket is served
};

class Routes {
 public:
  void add(Route route) { routes_.push_back(std::move(route)); }
  // Returns null if there is none; known_path is set if another method uses the path. A route that
  // does not say who may use it is never found.
  const Route* find(const http::Request& request, bool& known_path) const;

 private:
  std::vector<Route> routes_;
};

// Makes a handler of the method. The method takes the request const, or mutable to move the body
// out of it.
template <class Part, class Request>
Route::Handler handler(Part* part, void (Part::*method)(Request&, http::Response&)) {
  return [part, method](http::Request& request, http::Response& response) {
    (part->*method)(request, response);
  };
}

}  // namespace logsvc::server
