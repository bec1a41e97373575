#include "server/auth/oidc/oidc_login.h"

#include <algorithm>
#include <utility>

namespace logsvc::server::oidc {
namespace {

constexpr size_t kMostPathBytes = 2048, kMostCodeBytes = 4096, kMostWordBytes = 64;

// Holds a place among those who wait for the provider.
class Place {
 public:
  explicit Place(std::atomic<int>& taken) : taken_(taken), got_(taken.fetch_add(1) < kMost) {}
  ~Place() { taken_.fetch_sub(1); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  Status check() const {
    if (got_) return {};
    return Error{ErrorCode::kLimit, "too many log in at once: try again in a few seconds"};
  }

 private:
  static constexpr int kMost = OidcLogin::kMostAtOnce;
  std::atomic<int>& taken_;
  const bool got_;
};

// Returns the word of an error (RFC 6749, section 4.1.2.1), without what could mislead a reader.
std::string shown_word(const std::string& word) {
  std::string out = word.substr(0, kMostWordBytes);
  std::erase_if(out, [](char c) { return !((c >= 'a' && c <= 'z') || c == '_'); });
  return out;
}

}  // namespace

OidcLogin::OidcLogin(ClientIdentity client, IdentityRules rules, Transport& transport,
                     const Clock& clock)
    : rules_(std::move(rules)), provider_(std::move(client), transport, clock), pending_(clock) {}

Result<OidcLogin::Begun> OidcLogin::begin(const std::string& redirect_url,
                                          const std::string& return_path,
                                          const std::string& binding, const std::string& source) {
  const Place place(waiting_);
  RETURN_IF_ERROR(place.check());
  Begun out;
  out.binding = is_random_word(binding) ? binding : random_word();
  PendingLogin login{random_word(), random_word(), redirect_url, safe_return_path(return_path)};
  AuthorizationRequest request{redirect_url, "", login.nonce, sha256_word(login.verifier)};
  // The provider is asked first, so that nothing is kept for one that does not answer.
  RETURN_IF_ERROR(provider_.authorization_url(request));
  request.state = pending_.add(std::move(login), out.binding, source);
  ASSIGN_OR_RETURN(out.location, provider_.authorization_url(request));
  return out;
}

Result<Identity> OidcLogin::identity_of(const Way& way, const PendingLogin& login) {
  if (!way.error.empty()) {
    return Error{ErrorCode::kPermission,
                 "the provider did not let you in: " + shown_word(way.error)};
  }
  RETURN_IF_ERROR(provider_.check_response_issuer(way.iss));
  if (way.code.empty() || way.code.size() > kMostCodeBytes) {
    return invalid("the provider sent no code");
  }
  ASSIGN_OR_RETURN(Grant grant,
                   provider_.exchange({way.code, login.redirect_url, login.verifier, login.nonce}));
  if (lacks_claims(grant.claims, rules_)) RETURN_IF_ERROR(provider_.add_userinfo(grant));
  return identify(grant.claims, rules_);
}

Result<OidcLogin::Finished> OidcLogin::finish(const Way& way) {
  const Place place(waiting_);
  RETURN_IF_ERROR(place.check());
  auto login = pending_.take(way.state, way.binding);
  if (!login) {
    return invalid(
        "this login is not known: it was begun in another browser, over 10 minutes ago, or is "
        "done already");
  }
  Finished out;
  ASSIGN_OR_RETURN(out.identity, identity_of(way, *login));
  out.return_path = std::move(login->return_path);
  return out;
}

std::string safe_return_path(const std::string& path) {
  const bool here = path.starts_with('/') && !path.starts_with("//") &&
                    path.size() <= kMostPathBytes &&
                    std::none_of(path.begin(), path.end(), [](char c) {
                      const auto byte = static_cast<unsigned char>(c);
                      return c == '\\' || byte <= 0x20 || byte >= 0x7f;
                    });
  return here ? path : "/";
}

}  // namespace logsvc::server::oidc
