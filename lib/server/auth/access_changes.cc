#include "server/auth/access_changes.h"

#include <map>
#include <string>

namespace logsvc::server {
namespace {

AuditEvent event_of(AuditKind kind, const std::string& name) {
  AuditEvent out;
  out.kind = kind;
  out.detail.push_back({"name", name});
  return out;
}

template <class Entry>
void add_rights(AuditEvent& event, const Entry& entry) {
  event.detail.push_back({"grantedRole", std::string(role_name(entry.role))});
  event.detail.push_back({"grantedScope", entry.scope});
}

template <class Entry>
void add_changed_rights(AuditEvent& event, const Entry& before, const Entry& after) {
  if (before.role != after.role) {
    event.detail.push_back({"grantedRole", std::string(role_name(before.role)) + " → " +
                                               std::string(role_name(after.role))});
  }
  if (before.scope != after.scope) {
    event.detail.push_back({"grantedScope", before.scope + " → " + after.scope});
  }
}

AuditEvent known_user(AuditKind kind, const User& user) {
  AuditEvent out = event_of(kind, user.name);
  add_rights(out, user);
  return out;
}

AuditEvent known_token(AuditKind kind, const Token& token) {
  AuditEvent out = event_of(kind, token.name);
  out.detail.push_back({"id", token.id});
  add_rights(out, token);
  if (token.expires > 0) out.detail.push_back({"expiresMs", token.expires / kMillisecond});
  return out;
}

AuditEvent changed(const User& before, const User& after) {
  AuditEvent out = event_of(AuditKind::kUserChanged, after.name);
  add_changed_rights(out, before, after);
  if (before.password_hash != after.password_hash) out.detail.push_back({"password", "changed"});
  return out;
}

AuditEvent changed(const Token& before, const Token& after) {
  AuditEvent out = event_of(AuditKind::kTokenChanged, after.name);
  out.detail.push_back({"id", after.id});
  add_changed_rights(out, before, after);
  return out;
}

// Goes through both lists by what identifies their entries.
template <class Entry, class Key, class Known>
void compare(const std::vector<Entry>& before, const std::vector<Entry>& after, Key key,
             AuditKind made, AuditKind removed, const Known& known, std::vector<AuditEvent>& out) {
  std::map<std::string, const Entry*> left;
  for (const Entry& one : before) left[one.*key] = &one;
  for (const Entry& one : after) {
    const auto found = left.find(one.*key);
    if (found == left.end()) {
      out.push_back(known(made, one));
      continue;
    }
    if (!(*found->second == one)) out.push_back(changed(*found->second, one));
    left.erase(found);
  }
  for (const auto& [name, one] : left) out.push_back(known(removed, *one));
}

}  // namespace

std::vector<AuditEvent> access_changes(const AccessList& before, const AccessList& after) {
  std::vector<AuditEvent> out;
  compare(before.users, after.users, &User::name, AuditKind::kUserCreated, AuditKind::kUserRemoved,
          known_user, out);
  compare(before.tokens, after.tokens, &Token::id, AuditKind::kTokenCreated,
          AuditKind::kTokenRemoved, known_token, out);
  return out;
}

}  // namespace logsvc::server
