// The HTTP connection settings of a client or a Docker host in a Promtail file.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/label_set.h"
#include "net/route_config.h"

namespace logsvc::agent {

// A secret: its text, or the first line of a file that is read at every use.
struct SecretText {
  std::string text;
  std::string file;
  bool empty() const { return text.empty() && file.empty(); }
};

struct BasicAuth {
  SecretText username;
  SecretText password;
};

// Describes `Authorization: TYPE CREDENTIALS`; bearer_token(_file) becomes the type Bearer.
struct Authorization {
  std::string type = "Bearer";
  SecretText credentials;
};

// Client credentials (RFC 6749, 4.4): requests carry a token from token_url.
struct OAuth2Config {
  net::RouteConfig route;  // how token_url is reached
  std::string client_id;
  SecretText client_secret;
  std::string token_url;
  std::vector<std::string> scopes;
  std::vector<std::pair<std::string, std::string>> endpoint_params;  // sent with the request
};

// At most one kind of authentication is set.
struct HttpClientConfig {
  net::RouteConfig route;
  std::optional<BasicAuth> basic_auth;
  std::optional<Authorization> authorization;
  std::optional<OAuth2Config> oauth2;
  Labels headers;  // with names as written; sent with every request
};

}  // namespace logsvc::agent
