#include "server/auth/principal_event.h"

namespace logsvc::server {

AuditEvent audit_event(AuditKind kind, const Principal& principal) {
  AuditEvent out;
  out.kind = kind;
  out.user = principal.name;
  out.role = role_name(principal.role);
  out.address = principal.address;
  // A token may have the name of a user.
  if (principal.how == Principal::How::kToken) out.detail.push_back({"how", "token"});
  return out;
}

}  // namespace logsvc::server
