// http and https URLs of servers and proxies.
#pragma once

#include <string>

#include "base/result.h"

namespace logsvc::net {

struct Url {
  std::string scheme;          // http or https; of a proxy also socks5, socks5h
  std::string user, password;  // decoded
  std::string host;            // without brackets
  int port = 0;                // 80 or 443 if the URL has none
  std::string path;            // with the query; empty if there is none
};

// kInvalid, showing the URL without its password.
Result<Url> parse_url(const std::string& text);

// Of a proxy: http, https, socks5 or socks5h (port 1080 if it has none).
Result<Url> parse_proxy_url(const std::string& text);

// The proxy for the URL's host, of proxy_url, else if wanted of the environment (HTTPS_PROXY,
// HTTP_PROXY, NO_PROXY, in small letters too); empty for none. What Go's programs do: no_proxy
// holds names with their subdomains, .subdomains, addresses, networks (10.0.0.0/8) and *, each with
// a port or without, and commas between; where it or the environment decides, this machine needs no
// proxy.
std::string proxy_for(const Url& url, const std::string& proxy_url, const std::string& no_proxy,
                      bool from_environment);

}  // namespace logsvc::net
