// Chooses the proxy through which a server is reached.
#pragma once

#include <string>

#include "net/url.h"

namespace logsvc::net {

// Returns the proxy for the URL's host from proxy_url, else, if wanted, from the environment
// (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, also in lower case); empty for none. It follows Go's
// programs: no_proxy holds names with their subdomains, .subdomains, addresses, networks
// (10.0.0.0/8) and *, each with a port or without, separated by commas; where it or the environment
// decides, this machine is reached without a proxy.
std::string proxy_for(const Url& url, const std::string& proxy_url, const std::string& no_proxy,
                      bool from_environment);

}  // namespace logsvc::net
