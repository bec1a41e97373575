// The table of URLs: which handler answers a path, who may ask, how much a body may hold. Each part
// of the API adds the rows that it answers. The table is filled before the first request and
// constant afterwards.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/message.h"
#include "http/stream.h"
#include "server/auth/principal.h"

namespace logsvc::server {

struct Route {
  // How much a body may hold; the bytes are in Api::max_body_bytes().
  enum class Body { kSmall, kForm, kLogin, kShared, kPush };
  // The principal may do what the route's access says.
  using Handler = std::function<void(http::Request&, http::Response&, const Principal&)>;
  // Like http::Handler::upgrade, for a client that passed the gate and is known. accept is the 101
  // answer, which the handler sends when it takes the stream.
  using Upgrade = std::function<bool(std::unique_ptr<http::Stream>& stream,
                                     const std::string& accept, const http::Request& request,
                                     http::Response& response, const Principal& principal)>;

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
  // Writes {"routes":[{"methods","path","access"}…]}.
  std::string json() const;

 private:
  std::vector<Route> routes_;
};

// Makes a handler of the method. The method takes the request const, or mutable to move the body
// out of it; and the principal, if it matters who asks.
template <class Part, class Request>
Route::Handler handler(Part* part, void (Part::*method)(Request&, http::Response&)) {
  return [part, method](http::Request& request, http::Response& response, const Principal&) {
    (part->*method)(request, response);
  };
}
template <class Part, class Request>
Route::Handler handler(Part* part,
                       void (Part::*method)(Request&, http::Response&, const Principal&)) {
  return
      [part, method](http::Request& request, http::Response& response, const Principal& principal) {
        (part->*method)(request, response, principal);
      };
}

}  // namespace logsvc::server
