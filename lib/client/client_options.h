// How to reach a server: what logcli's flags and LOKI_… variables say.
#pragma once

#include <string>

#include "base/result.h"
#include "net/headers.h"
#include "net/route_config.h"
#include "net/url.h"

namespace logsvc::client {

struct ClientOptions {
  std::string address = "http://localhost:3100";
  std::string username;  // admin, if there is only a password
  std::string password;
  std::string org_id;
  std::string bearer_token;
  std::string bearer_token_file;  // read anew for every request
  std::string auth_header = "Authorization";
  std::string query_tags;
  std::string ca_cert, cert, key;  // PEM files
  std::string proxy_url;           // http, https, socks5 or socks5h://host:port
  bool tls_skip_verify = false;
  std::string tls_fingerprint;  // of the server's certificate, instead of verifying it
  bool compress = false;        // ask for gzip
  int retries = 0;              // of requests that were not answered, or with 429 or 5xx
};

// Reads http://user:password@host:3100/prefix; without a scheme http is meant. The path is "" or
// "/prefix": a push URL stands for its server. kInvalid says what an address looks like.
Result<net::Url> parse_address(const std::string& text);

// Reads the address of the options. kInvalid also if they have a fingerprint and it is not https.
Result<net::Url> server_address(const ClientOptions& options);

// Says how the server is reached: TLS and proxy. A proxy without a scheme is an http one.
net::RouteConfig route_config(const ClientOptions& options);

// Headers that say who we are, in every request, for the server of the address only. kIo if the
// token's file cannot be read.
Result<net::Headers> own_headers(const ClientOptions& options, const net::Url& address);

}  // namespace logsvc::client
