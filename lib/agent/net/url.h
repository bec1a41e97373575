// http and https URLs of servers and proxies.
#pragma once

#include <string>

#include "base/result.h"

namespace logsvc::agent {

struct Url {
  std::string scheme;  // http or https
  std::string user, password;
  std::string host;  // without brackets
  int port = 0;      // 80 or 443 if the URL has none
  std::string path;  // with the query; empty if there is none
};

// kInvalid, showing the URL without its password.
Result<Url> parse_url(const std::string& text);

// The URL without user and password.
std::string without_credentials(const std::string& url);

// The proxy for the host, of proxy_url or the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY);
// empty for none. no_proxy: names, domains (.example.com), *, with commas.
std::string proxy_for(const Url& url, const std::string& proxy_url, const std::string& no_proxy,
                      bool from_environment);

}  // namespace logsvc::agent
