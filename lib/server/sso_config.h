// The settings of logging in by others: --auth, --auth-proxy-… and --oidc-….
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "server/auth/oidc/identity.h"
#include "server/auth/oidc/provider.h"
#include "server/auth/proxy_users.h"

namespace logsvc::server {

struct OidcConfig {
  oidc::ClientIdentity client;
  oidc::IdentityRules rules;
  std::string redirect_url;  // empty: of the host that the browser asks
  std::string name;          // of the provider, as the button shows it
  std::string ca_file;       // empty: the system's authorities
};

// How users prove who they are. Neither of them: nobody is asked.
struct LoginMethods {
  bool password = false;
  std::optional<ProxyRules> proxy;
  std::optional<OidcConfig> oidc;

  bool any() const { return password || proxy || oidc; }
};

const std::vector<config::SettingSpec>& sso_settings();

// Reads the methods that are listed. Errors say where the setting came from.
Result<LoginMethods> read_login_methods(const config::Settings& settings,
                                        const std::vector<std::string>& listed);

}  // namespace logsvc::server
