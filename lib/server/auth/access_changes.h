// What differs between two lists of users and tokens, as events of the audit log without who did
// it.
#pragma once

#include <vector>

#include "server/audit/audit_event.h"
#include "server/auth/access_list.h"

namespace logsvc::server {

// detail: name; of what was made or removed also grantedRole, grantedScope and, of a token, id; of
// what was changed each thing as "before → after", and password "changed". Secrets and their hashes
// are in none.
std::vector<AuditEvent> access_changes(const AccessList& before, const AccessList& after);

}  // namespace logsvc::server
