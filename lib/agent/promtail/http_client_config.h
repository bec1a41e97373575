// How an HTTP connection is made, in a Promtail file: of a client, and of a Docker host.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/label_set.h"

namespace logsvc::agent {

// A secret is its text, or the first line of a file that is read again at every use.
struct SecretText {
  std::string text;
  std::string file;
  bool empty() const { return text.empty() && file.empty(); }
};

struct BasicAuth {
  SecretText username;
  SecretText password;
};

// `Authorization: TYPE CREDENTIALS`; bearer_token(_file) is read as one of type Bearer.
struct Authorization {
  std::string type = "Bearer";
  SecretText credentials;
};

struct TlsConfig {
  // PEM text, or the path of a file of it; of one pair at most one is set.
  std::string ca, ca_file;
  std::string cert, cert_file;
  std::string key, key_file;
  std::string server_name;
  bool insecure_skip_verify = false;
  std::string min_version, max_version;  // TLS10 … TLS13; empty: TLS12 and the newest

  bool is_default() const { return *this == TlsConfig(); }
  bool operator==(const TlsConfig&) const = default;
};

// Client credentials (RFC 6749, 4.4): requests carry a token that token_url gives.
struct OAuth2Config {
  std::string client_id;
  SecretText client_secret;
  std::string token_url;
  std::vector<std::string> scopes;
  std::vector<std::pair<std::string, std::string>> endpoint_params;  // sent along
  // How token_url is reached.
  TlsConfig tls;
  std::string proxy_url, no_proxy;
  bool proxy_from_environment = false;
};

// At most one of the kinds of authentication is set.
struct HttpClientConfig {
  std::optional<BasicAuth> basic_auth;
  std::optional<Authorization> authorization;
  std::optional<OAuth2Config> oauth2;
  TlsConfig tls;
  std::string proxy_url;
  std::string no_proxy;  // hosts, domains and networks, with commas
  bool proxy_from_environment = false;
  bool follow_redirects = true;
  Labels headers;  // names as written; sent with every request
};

}  // namespace logsvc::agent
