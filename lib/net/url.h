// Reads URLs of servers and proxies; nothing else in logsvc does. Pure functions, safe from any
// thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::net {

struct Url {
  std::string scheme;          // in small letters
  std::string user, password;  // decoded
  std::string host;            // without brackets
  int port = 0;                // the scheme's own if the URL has none
  std::string path;            // with the query, without #…; may be empty
};

struct Scheme {
  std::string_view name;
  int port;  // used for a URL that has none
};

// Reads scheme://[user[:password]@]host[:port][/path][?query][#…] of one of the schemes. kInvalid
// for everything else, also for blanks and control characters anywhere: "expected " + expected, and
// the URL without its password.
Result<Url> parse_url(std::string_view text, std::span<const Scheme> schemes,
                      std::string_view expected);

// Reads an http (port 80) or https (443) URL.
Result<Url> parse_url(std::string_view text);

// Reads a proxy's URL: http (80), https (443), socks5 or socks5h (1080).
Result<Url> parse_proxy_url(std::string_view text);

// Returns scheme://host:port; equal for URLs of one server.
std::string origin_of(const Url& url);

// Returns what stands in the header Host: without the scheme's own port, as browsers send it; some
// proxies compare.
std::string host_header(const Url& url);

// Returns where a Location leads that the URL's server answered: a URL, //host/path, /path, a path
// relative to the URL's, or ?query. Never with user and password. kInvalid if it leads to no http
// or https URL.
Result<Url> resolve(const Url& from, std::string_view location);

}  // namespace logsvc::net
