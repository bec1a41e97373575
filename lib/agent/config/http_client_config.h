// How an HTTP connection is made, in a Promtail file: of a client, and of a Docker host.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/label_set.h"
#include "net/route_config.h"

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

// Client credentials (RFC 6749, 4.4): requests carry a token that token_url gives.
struct OAuth2Config {
  net::RouteConfig route;  // how token_url is reached
  std::string client_id;
  SecretText client_secret;
  std::string token_url;
  std::vector<std::string> scopes;
  std::vector<std::pair<std::string, std::string>> endpoint_params;  // sent along
};

// At most one of the kinds of authentication is set.
struct HttpClientConfig {
  net::RouteConfig route;
  std::optional<BasicAuth> basic_auth;
  std::optional<Authorization> authorization;
  std::optional<OAuth2Config> oauth2;
  Labels headers;  // names as written; sent with every request
};

}  // namespace logsvc::agent
