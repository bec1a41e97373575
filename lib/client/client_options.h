// How to reach a server: what logcli's flags and LOKI_… variables say.
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace logsvc::client {

struct ClientOptions {
  std::string address = "http://localhost:3100";
  std::string username;  // admin, if there is a password alone
  std::string password;
  std::string org_id;
  std::string bearer_token;
  std::string bearer_token_file;  // read anew for every request
  std::string auth_header = "Authorization";
  std::string query_tags;
  std::string ca_cert, cert, key;  // PEM files
  std::string proxy_url;           // http://host:port
  bool tls_skip_verify = false;
  bool compress = false;  // ask for gzip
  int retries = 0;        // of requests that were not answered, or with 429 or 5xx
};

// The parts of http://user:password@host:3100/prefix.
struct ServerAddress {
  bool tls = false;
  std::string host;
  int port = 0;
  std::string prefix;              // "" or "/prefix"
  std::string username, password;  // from the address
  // http://host:3100
  std::string origin() const;
};
// kInvalid: says what an address looks like. A push URL is taken for its server.
Result<ServerAddress> parse_address(const std::string& text);

// Headers of every request; kIo if the token's file cannot be read.
Result<std::multimap<std::string, std::string>> request_headers(const ClientOptions& options,
                                                                const ServerAddress& address);

}  // namespace logsvc::client
