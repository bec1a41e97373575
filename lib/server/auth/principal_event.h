// What a principal did, as an event of the audit log.
#pragma once

#include "server/audit/audit_event.h"
#include "server/auth/principal.h"

namespace logsvc::server {

AuditEvent audit_event(AuditKind kind, const Principal& principal);

}  // namespace logsvc::server
