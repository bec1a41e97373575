#include "server/sso_config.h"

#include <algorithm>
#include <fstream>

#include "base/any_case.h"
#include "server/auth/oidc/provider_metadata.h"
#include "server/auth/oidc/transport.h"

namespace logsvc::server {
namespace {

constexpr size_t kMostSecretBytes = 4096;

// Whether it can be the name of a header (RFC 9110, token).
bool is_header_name(const std::string& text) {
  constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [&](char c) {
    const char low = ascii_lower(c);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') ||
           kOther.find(c) != std::string_view::npos;
  });
}

struct Roles {
  RoleMap map;
  std::optional<Role> fallback;
};

Result<Roles> read_roles(const config::Settings& s, const std::string& map,
                         const std::string& fallback) {
  auto roles = RoleMap::parse(s.text(map));
  if (!roles.ok()) return s.bad_value(map, roles.error().message);
  const auto role = RoleMap::parse_default(s.text(fallback));
  if (!role.ok()) return s.bad_value(fallback, role.error().message);
  return Roles{std::move(*roles), *role};
}

Result<ProxyRules> read_proxy(const config::Settings& s) {
  ProxyRules out;
  out.user_header = s.text("auth-proxy-header");
  if (!is_header_name(out.user_header)) {
    return s.bad_value("auth-proxy-header", "expected the name of a header, like Remote-User");
  }
  out.groups_header = s.text("auth-proxy-groups");
  if (!out.groups_header.empty() && !is_header_name(out.groups_header)) {
    return s.bad_value("auth-proxy-groups", "expected the name of a header, like Remote-Groups");
  }
  ASSIGN_OR_RETURN(Roles roles, read_roles(s, "auth-proxy-roles", "auth-proxy-default-role"));
  if (!roles.map.empty() && out.groups_header.empty()) {
    return s.bad_value("auth-proxy-roles", "needs auth-proxy-groups, the header with the groups");
  }
  out.roles = std::move(roles.map);
  out.default_role = roles.fallback;
  return out;
}

// The secret may stand in a setting, or in the first line of a file.
Result<std::string> read_secret(const config::Settings& s) {
  const std::string& given = s.text("oidc-client-secret");
  const std::string& path = s.text("oidc-client-secret-file");
  if (!given.empty() || path.empty()) return given;
  std::ifstream in(path, std::ios::binary);
  std::string text(kMostSecretBytes, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad())
    return s.bad_value("oidc-client-secret-file", "cannot read " + path);
  text.resize(static_cast<size_t>(in.gcount()));
  text = text.substr(0, text.find_first_of("\r\n"));
  if (text.empty()) {
    return s.bad_value("oidc-client-secret-file", "the first line of " + path + " is empty");
  }
  return text;
}

Status read_identity_rules(const config::Settings& s, oidc::IdentityRules& out) {
  out.name_claim = s.text("oidc-name-claim");
  out.role_claim = s.text("oidc-role-claim");
  ASSIGN_OR_RETURN(Roles roles, read_roles(s, "oidc-roles", "oidc-default-role"));
  if (!roles.map.empty() && out.role_claim.empty()) {
    return s.bad_value("oidc-roles", "needs oidc-role-claim, the claim with the groups");
  }
  out.roles = std::move(roles.map);
  out.default_role = roles.fallback;
  for (const std::string& domain : config::split_list(s.text("oidc-allowed-domains"))) {
    if (domain.find('@') != std::string::npos || domain.find('.') == std::string::npos) {
      return s.bad_value("oidc-allowed-domains",
                         "expected domains like corp.example, found \"" + domain + "\"");
    }
    out.allowed_domains.push_back(ascii_lowered(domain));
  }
  return {};
}

Result<OidcConfig> read_oidc(const config::Settings& s) {
  OidcConfig out;
  out.client.issuer = s.text("oidc-issuer");
  if (out.client.issuer.empty()) return s.bad_value("oidc-issuer", "is needed by --auth oidc");
  const auto issuer = oidc::parse_provider_url(out.client.issuer);
  if (!issuer.ok()) return s.bad_value("oidc-issuer", issuer.error().message);
  if (out.client.issuer.find('?') != std::string::npos) {
    return s.bad_value("oidc-issuer", "the URL must not have a query");
  }
  out.client.id = s.text("oidc-client-id");
  if (out.client.id.empty()) return s.bad_value("oidc-client-id", "is needed by --auth oidc");
  ASSIGN_OR_RETURN(out.client.secret, read_secret(s));
  out.client.scopes = s.text("oidc-scopes");
  const std::string padded = " " + out.client.scopes + " ";
  if (padded.find(" openid ") == std::string::npos) {
    return s.bad_value("oidc-scopes", "must have the word openid");
  }
  out.redirect_url = s.text("oidc-redirect-url");
  const std::string_view kPath = "/api/oidc/callback";
  if (!out.redirect_url.empty() &&
      (!net::parse_url(out.redirect_url).ok() || !out.redirect_url.ends_with(kPath))) {
    return s.bad_value("oidc-redirect-url", "expected https://HOST/api/oidc/callback, found \"" +
                                                out.redirect_url + "\"");
  }
  out.name = s.text("oidc-name");
  RETURN_IF_ERROR(read_identity_rules(s, out.rules));
  out.ca_file = s.text("oidc-ca");
  const Status ca = oidc::NetworkTransport(out.ca_file).check();
  if (!ca.ok()) return s.bad_value("oidc-ca", ca.error().message);
  return out;
}

}  // namespace

const std::vector<config::SettingSpec>& sso_settings() {
  static const std::vector<config::SettingSpec> kSpecs = {
      {.name = "auth-proxy-header",
       .help = "--auth proxy: the header in which a trusted proxy (trusted-proxies) names the user",
       .default_value = "Remote-User"},
      {.name = "auth-proxy-groups",
       .help = "The header with the user's groups, separated by commas (Remote-Groups)"},
      {.name = "auth-proxy-roles", .help = "Roles of groups: admin=ops,viewer=dev"},
      {.name = "auth-proxy-default-role",
       .help = "The role of users whose groups have none (default: they get none)"},
      {.name = "oidc-issuer", .help = "--auth oidc: the provider's URL, as it calls itself"},
      {.name = "oidc-client-id", .help = "This server's name at the provider"},
      {.name = "oidc-client-secret",
       .help = "Its secret there; none: a public client",
       .secret = true},
      {.name = "oidc-client-secret-file", .help = "A file with the secret in its first line"},
      {.name = "oidc-redirect-url",
       .help =
           "https://HOST/api/oidc/callback, as the provider knows it (default: of the host that "
           "the browser asks)"},
      {.name = "oidc-scopes",
       .help = "What the provider is asked for",
       .default_value = "openid profile email"},
      {.name = "oidc-name-claim",
       .help = "The claim that is the user's name (default: a verified email, else "
               "preferred_username, else sub)"},
      {.name = "oidc-role-claim",
       .help = "The claim with the user's groups: groups, realm_access.roles"},
      {.name = "oidc-roles", .help = "Roles of groups: admin=ops,viewer=dev (the highest counts)"},
      {.name = "oidc-default-role",
       .help = "The role of users whose groups have none (default: they are refused)"},
      {.name = "oidc-allowed-domains",
       .help = "Domains of the verified email of those who may log in (default: any)"},
      {.name = "oidc-name",
       .help = "The provider, as the page's button shows it",
       .default_value = "single sign-on"},
      {.name = "oidc-ca",
       .help = "A PEM file of authorities of the provider's certificate (default: the system's)"},
  };
  return kSpecs;
}

Result<LoginMethods> read_login_methods(const config::Settings& s,
                                        const std::vector<std::string>& listed) {
  LoginMethods out;
  const std::string words = listed.empty() ? "nothing" : "\"" + s.text("auth") + "\"";
  const Error unknown = s.bad_value(
      "auth",
      "expected off, auto, or with commas some of password, oidc and proxy, found " + words);
  if (listed.empty()) return unknown;
  for (const std::string& method : listed) {
    if (method == "password") {
      out.password = true;
    } else if (method == "proxy") {
      ASSIGN_OR_RETURN(out.proxy, read_proxy(s));
    } else if (method == "oidc") {
      ASSIGN_OR_RETURN(out.oidc, read_oidc(s));
    } else {
      return unknown;
    }
  }
  return out;
}

}  // namespace logsvc::server
