// The one gate in front of the routes: what a request may be, by its head alone, before anybody
// asks who sent it. Safe from several threads.
//
// Browsers are told apart from other clients by what they cannot leave out: a page of another site
// can make its visitor's browser send requests here (with a cached password, or none where none is
// asked for), but not without an Origin that names the site, nor, after the name of that site was
// pointed at this machine, without a Host that does. Tools send neither and pass.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace logsvc::server {

// Who may use a route. A route that says nothing does not exist.
enum class Access {
  kUnset,
  kOpen,    // anybody: pushing, readiness, logging in
  kReader,  // who may read
};

struct GateOptions {
  // Nobody is asked for a password: Host must be ours, but for what is open to anybody and asked
  // for by no browser.
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

  // kPermission says what is wrong and which setting helps. changes: the request may change
  // something, or opens a WebSocket.
  Status check(const http::Request& request, Access access, bool changes) const;

  // Whether a Host is a name or an address of this server.
  bool is_ours(const std::string& host) const;

 private:
  Status check_host(const http::Request& request) const;
  Status check_forwarded(const http::Request& request) const;
  Status check_origin(const http::Request& request) const;

  const GateOptions options_;
  std::set<std::string> names_;  // in lower case
  bool any_interface_ = false;   // also addresses and names that others map to ours
  bool any_name_ = false;
};

// Whether Origin (else Sec-Fetch-Site, else Referer) says that a page of this server asks, or that
// no page does.
bool same_origin(const http::Request& request);

}  // namespace logsvc::server
