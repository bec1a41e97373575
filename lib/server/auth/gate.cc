#include "server/auth/gate.h"

#include <unistd.h>

#include <algorithm>

#include "base/any_case.h"
#include "base/host_port.h"
#include "http/socket.h"

namespace logsvc::server {
namespace {

// Returns a Host without its port, in lower case, an IPv6 address without brackets.
std::string name_of(const std::string& host) {
  const auto parts = parse_host_port(ascii_lowered(host));
  if (!parts) return "";
  std::string out = parts->host;
  if (out.ends_with('.')) out.pop_back();
  return out;
}

// Returns "host[:port]" of "scheme://host[:port][/…]", without the scheme's own port; empty if the
// URL is invalid.
std::string host_of_url(const std::string& url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return "";
  std::string out = ascii_lowered(url.substr(scheme + 3, url.find('/', scheme + 3) - scheme - 3));
  const std::string port = ascii_lowered(url.substr(0, scheme)) == "https" ? ":443" : ":80";
  if (out.ends_with(port)) out.resize(out.size() - port.size());
  return out;
}

bool names_host(const std::string& url, const std::string& host) {
  const std::string origin = host_of_url(url);
  if (origin.empty() || host.empty()) return false;
  return origin == host_of_url(url.substr(0, url.find("://")) + "://" + host);
}

Error refused(std::string why) { return {ErrorCode::kPermission, std::move(why) + "\n"}; }

// Whether all of "a, b" are loopback addresses.
bool all_loopback(const std::string& list) {
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(',', at), list.size());
    std::string one = list.substr(at, end - at);
    std::erase_if(one, [](char c) { return c == ' ' || c == '\t' || c == '[' || c == ']'; });
    if (!http::is_loopback(one)) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace

bool same_origin(const http::Request& request) {
  // A proxy that does not pass on the Host names it here; a page cannot.
  const auto ours = [&](const std::string& url) {
    return names_host(url, request.header("Host")) ||
           names_host(url, request.header("X-Forwarded-Host"));
  };
  if (request.headers.has("Origin")) return ours(request.header("Origin"));
  const std::string& site = request.header("Sec-Fetch-Site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  const std::string& referer = request.header("Referer");
  return referer.empty() || ours(referer);
}

Gate::Gate(GateOptions options) : options_(std::move(options)) {
  names_ = {"localhost"};
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0') {
    names_.insert(ascii_lowered(name));
    names_.insert(ascii_lowered(name) + ".local");
  }
  for (const std::string& address : http::own_addresses()) names_.insert(ascii_lowered(address));
  for (const std::string& host : options_.listen_hosts) {
    any_interface_ |= host == "0.0.0.0" || host == "::";
    names_.insert(ascii_lowered(host));
  }
  for (const std::string& host : options_.allowed_hosts) {
    any_name_ |= host == "*";
    const std::string name = is_ip_address(host) ? ascii_lowered(host) : name_of(host);
    if (!name.empty()) names_.insert(name);
  }
}

bool Gate::is_ours(const std::string& host) const {
  if (any_name_) return true;
  const std::string name = name_of(host);
  if (http::is_loopback(name) || name.ends_with(".localhost") || names_.count(name) > 0)
    return true;
  // A stranger cannot have pointed an address here, nor a name as containers use among themselves.
  const bool private_name =
      name.find_first_of(".:") == std::string::npos || name.ends_with(".internal");
  return any_interface_ && !name.empty() && (is_ip_address(name) || private_name);
}

Status Gate::check(const http::Request& request, Access access, bool changes) const {
  // Open routes are open under every name; only what a browser sends could act for somebody else.
  const bool by_browser = request.headers.has("Origin") || request.headers.has("Referer") ||
                          request.headers.has("Sec-Fetch-Site");
  const bool open = access == Access::kOpen || access == Access::kPush;
  if (options_.auth_off && (!open || (changes && by_browser))) RETURN_IF_ERROR(check_host(request));
  if (options_.off_by_default && !open) RETURN_IF_ERROR(check_forwarded(request));
  if (changes) RETURN_IF_ERROR(check_origin(request));
  return {};
}

Status Gate::check_host(const http::Request& request) const {
  // A browser always sends a Host.
  if (!request.headers.has("Host") || is_ours(request.header("Host"))) return {};
  return refused(
      "Host is not a name of this server: while no password is asked for, names must be "
      "listed in --allowed-hosts");
}

Status Gate::check_forwarded(const http::Request& request) const {
  const std::string& forwarded = request.header("Forwarded");
  const std::string& host = request.header("X-Forwarded-Host");
  const bool ours = forwarded.empty() && all_loopback(request.header("X-Forwarded-For")) &&
                    all_loopback(request.header("X-Real-IP")) && (host.empty() || is_ours(host));
  if (ours) return {};
  return refused(
      "a proxy forwarded this request, and no password is asked for because only "
      "loopback is listened on: set --auth password, or --auth off if the proxy asks");
}

Status Gate::check_origin(const http::Request& request) const {
  if (same_origin(request)) return {};
  return refused("a page of another origin may not do this");
}

}  // namespace logsvc::server
