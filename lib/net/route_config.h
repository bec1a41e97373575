// Settings that say how a server is reached: TLS, proxy, redirections. Values.
#pragma once

#include <string>

namespace logsvc::net {

struct TlsConfig {
  // PEM text, or the path of a PEM file; at most one of each pair is set.
  std::string ca, ca_file;
  std::string cert, cert_file;
  std::string key, key_file;
  std::string server_name;  // the name that the certificate must be for; empty: the host's
  bool insecure_skip_verify = false;
  // SHA-256 of the server's certificate in hex, see tls::parse_fingerprint: it is accepted exactly
  // if it has this, whatever its name and authority. Empty: by name and authority.
  std::string fingerprint;
  std::string min_version, max_version;  // TLS10 … TLS13; empty: from TLS12 to the newest

  bool is_default() const { return *this == TlsConfig(); }
  bool operator==(const TlsConfig&) const = default;
};

struct RouteConfig {
  TlsConfig tls;
  std::string proxy_url;  // see parse_proxy_url; empty: none
  std::string no_proxy;   // hosts, domains and networks, separated by commas
  bool proxy_from_environment = false;
  bool follow_redirects = true;
};

}  // namespace logsvc::net
