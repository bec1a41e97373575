// The one gate in front of the routes: it decides by a request's head alone, before anybody asks
// who sent it. Safe from several threads.
//
// Browsers differ from other clients in what they cannot leave out. A page of another site can make
// its visitor's browser send requests here (with a cached password, or without one where none is
// asked for), but not without an Origin that names the site, nor, if the name of that site was
// pointed at this machine, without a Host that does. Tools send neither and pass.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "server/auth/role.h"

namespace logsvc::server {

struct GateOptions {
  // No password is asked for: Host must be ours, except on open routes that are not asked for by a
  // browser.
  bool auth_off = false;
  // It is off because nothing but loopback is listened on, not by a setting: requests that a proxy
  // forwards for others are refused.
  bool off_by_default = false;
  std::vector<std::string> listen_hosts;
  std::vector<std::string> allowed_hosts;  // further names; "*": any
};

class Gate {
 public:
  explicit Gate(GateOptions options);

  // kPermission says what is wrong and which setting helps. changes says that the request may
  // change something, or opens a WebSocket.
  Status check(const http::Request& request, Access access, bool changes) const;

  // Whether a Host is a name or an address of this server.
  bool is_ours(const std::string& host) const;

 private:
  Status check_host(const http::Request& request) const;
  Status check_forwarded(const http::Request& request) const;
  Status check_origin(const http::Request& request) const;

  const GateOptions options_;
  std::set<std::string> names_;  // in lower case
  bool any_interface_ = false;   // accept also addresses and names that others map to ours
  bool any_name_ = false;
};

// Whether Origin (else Sec-Fetch-Site, else Referer) says that the request comes from a page of
// this server, or from no page.
bool same_origin(const http::Request& request);

}  // namespace logsvc::server
