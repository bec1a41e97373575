#include "server/auth/oidc/identity.h"

#include <algorithm>

#include "base/any_case.h"

namespace logsvc::server::oidc {
namespace {

constexpr size_t kMostGroups = 1000;

Error refused(std::string why) { return {ErrorCode::kPermission, std::move(why)}; }

// Returns the claim of that name, or what a path with dots leads to; null if there is none. Names
// that are URLs have dots of their own.
const Json* claim_at(const Json& claims, std::string_view path) {
  if (const auto whole = claims.find(path); whole != claims.end()) return &*whole;
  const Json* at = &claims;
  for (size_t from = 0; from <= path.size();) {
    const size_t end = std::min(path.find('.', from), path.size());
    if (!at->is_object()) return nullptr;
    const auto next = at->find(path.substr(from, end - from));
    if (next == at->end()) return nullptr;
    at = &*next;
    from = end + 1;
  }
  return at;
}

std::string text_at(const Json& claims, std::string_view path) {
  const Json* found = claim_at(claims, path);
  return found && found->is_string() ? found->get<std::string>() : "";
}

std::vector<std::string> groups_at(const Json& claims, const std::string& path) {
  std::vector<std::string> out;
  const Json* found = path.empty() ? nullptr : claim_at(claims, path);
  if (!found) return out;
  if (found->is_string()) out.push_back(found->get<std::string>());
  if (!found->is_array()) return out;
  for (const Json& one : *found) {
    if (out.size() == kMostGroups) break;
    if (one.is_string()) out.push_back(one.get<std::string>());
  }
  return out;
}

// Returns the email, unless the provider says that it is not known to be theirs.
std::string verified_email(const Json& claims) {
  const auto verified = claims.find("email_verified");
  const bool denied =
      verified != claims.end() && *verified != Json(true) && *verified != Json("true");
  return denied ? "" : text_of(claims, "email");
}

Status check_domain(const Json& claims, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return {};
  const std::string email = verified_email(claims);
  const size_t at = email.rfind('@');
  if (at == std::string::npos) {
    return refused("the provider says no verified email, and oidc-allowed-domains asks for one");
  }
  const std::string domain = ascii_lowered(email.substr(at + 1));
  if (std::find(allowed.begin(), allowed.end(), domain) != allowed.end()) return {};
  return refused("the email is of a domain that oidc-allowed-domains does not list");
}

std::string name_in(const Json& claims, const std::string& name_claim) {
  if (name_claim == "email") return verified_email(claims);
  if (!name_claim.empty()) return text_at(claims, name_claim);
  if (std::string email = verified_email(claims); !email.empty()) return email;
  const std::string chosen = text_of(claims, "preferred_username");
  return chosen.empty() ? text_of(claims, "sub") : "oidc:" + chosen;
}

}  // namespace

bool lacks_claims(const Json& claims, const IdentityRules& rules) {
  if (rules.name_claim.empty() ? !claims.contains("email")
                               : claim_at(claims, rules.name_claim) == nullptr) {
    return true;
  }
  if (!rules.allowed_domains.empty() && !claims.contains("email")) return true;
  return !rules.role_claim.empty() && claim_at(claims, rules.role_claim) == nullptr;
}

Result<Identity> identify(const Json& claims, const IdentityRules& rules) {
  RETURN_IF_ERROR(check_domain(claims, rules.allowed_domains));
  Identity out;
  out.name = name_in(claims, rules.name_claim);
  if (out.name.empty()) {
    return refused("the provider does not say \"" + rules.name_claim +
                   "\", which oidc-name-claim names (an email has to be verified)");
  }
  if (!is_outside_name(out.name)) {
    return refused("the name that the provider says has over 128 bytes or control characters");
  }
  out.role = rules.roles.of(groups_at(claims, rules.role_claim));
  if (!out.role) out.role = rules.default_role;
  return out;
}

}  // namespace logsvc::server::oidc
