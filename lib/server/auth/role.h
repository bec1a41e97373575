// What users and tokens may do. The table role × access in may() is the truth;
// monitoring/SECURITY.md shows it, and a test compares the two.
#pragma once

#include <optional>
#include <string_view>

namespace logsvc::server {

// Says what a route is for, and so who may use it. A route that says nothing does not exist.
enum class Access {
  kUnset,
  kOpen,     // anybody: readiness, metrics, logging in
  kPush,     // sending lines and agent reports; anybody while the ingest is open
  kRead,     // queries, live lines, everything that pages show
  kExport,   // lines as a file
  kOperate,  // what the team shares, flush, the log level
  kAdmin,    // users, tokens, deletions, settings, the audit log
  kSelf,     // one's own password and sessions: whoever is logged in by name
};

enum class Role {
  kNobody,  // not known: open routes only
  kPush,
  kSupport,
  kViewer,
  kOperator,
  kAdmin,
};

bool may(Role role, Access access);

// "open", "push", "read", "export", "operate", "admin", "self".
std::string_view access_name(Access access);
// "push", "support", "viewer", "operator", "admin"; "nobody".
std::string_view role_name(Role role);
// Nothing for a word that is not a role that can be given (nobody cannot).
std::optional<Role> role_named(std::string_view name);

}  // namespace logsvc::server
