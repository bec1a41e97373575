// The login by a provider, from the button to somebody's identity: authorization code with PKCE,
// state and nonce. What this says to the browser and what it knows of it comes and goes by values;
// HTTP is elsewhere. Safe from several threads; a call takes as long as the provider's answers,
// which are bounded.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "os/clock.h"
#include "server/auth/oidc/identity.h"
#include "server/auth/oidc/pending_logins.h"
#include "server/auth/oidc/provider.h"
#include "server/auth/oidc/transport.h"

namespace logsvc::server::oidc {

class OidcLogin {
 public:
  // How many requests may wait for the provider at once.
  static constexpr int kMostAtOnce = 16;

  // Borrows transport and clock.
  OidcLogin(ClientIdentity client, IdentityRules rules, Transport& transport, const Clock& clock);

  struct Begun {
    std::string location;  // at the provider
    std::string binding;   // goes into the browser's cookie
  };
  // binding: of the browser's cookie, if it has one from another tab. source: whose limit of
  // pending logins counts. kUnavailable if the provider cannot be reached, kLimit if too many wait.
  Result<Begun> begin(const std::string& redirect_url, const std::string& return_path,
                      const std::string& binding, const std::string& source);

  // What the browser comes back with.
  struct Way {
    std::string state, code, iss;
    std::string error;  // instead of a code
    std::string binding;
  };
  struct Finished {
    Identity identity;
    std::string return_path;
  };
  // kInvalid if there is no such login, or it is another browser's; kPermission if the provider or
  // the rules refuse; kUnavailable and kLimit as above.
  Result<Finished> finish(const Way& way);

 private:
  Result<Identity> identity_of(const Way& way, const PendingLogin& login);

  const IdentityRules rules_;
  Provider provider_;
  PendingLogins pending_;
  std::atomic<int> waiting_{0};
};

// Returns the path if it leads to this server whoever reads it, else "/": it begins with one slash
// and has no backslash or control character.
std::string safe_return_path(const std::string& path);

}  // namespace logsvc::server::oidc
