// Which proxy a server is asked through.
#pragma once

#include <string>

#include "net/url.h"

namespace logsvc::net {

// The proxy for the URL's host, of proxy_url, else if wanted of the environment (HTTPS_PROXY,
// HTTP_PROXY, NO_PROXY, in small letters too); empty for none. What Go's programs do: no_proxy
// holds names with their subdomains, .subdomains, addresses, networks (10.0.0.0/8) and *, each with
// a port or without, and commas between; where it or the environment decides, this machine needs no
// proxy.
std::string proxy_for(const Url& url, const std::string& proxy_url, const std::string& no_proxy,
                      bool from_environment);

}  // namespace logsvc::net
