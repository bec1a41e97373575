// GET /api/audit answers what the audit log has, newest first, for its page. Admins alone may ask.
//
// Parameters, all optional:
//   start, end   as query_range has them; start is included, end is not; absent: everything
//   user         the whole name of the user or token
//   event        one of the names in audit_event.cc ("login", "lookup", "token-created", …)
//   text         part of any value of the event, ASCII letters in either case
//   limit        1 to 1000 entries; 100 if absent
//   before       "next" of the answer before, with the other parameters as they were
//
// 200, application/json:
//   {"recording": true,       false: nobody is asked for a password, so there is nothing to show
//    "entries": [{"timeMs": 1800000000000, "event": "login", "user": "kim", "role": "viewer",
//                 "address": "10.0.0.5", "outcome": "ok", "detail": {"how": "page"}}, …],
//    "more": true,            there may be older ones: ask again with before=next
//    "next": "1800000000000000000-1"}      "" if there are no more
// All texts but those of detail are always there and may be empty. In detail are strings, whole
// numbers (…Ms: milliseconds since the epoch) and lists of strings. An answer may have fewer
// entries than limit, even none, though there are more: it also ends when it gets large or has
// looked at many lines.
//
// outcome and detail, by event:
//   login               ok {how: page, password, token, proxy}; failed, throttled {why,
//                       othersBefore?: failures before this one that were too many to note}
//   logout, password-changed   ok
//   session-ended       ok {name: whose, sessions: how many}
//   user-created, user-removed     ok {name, grantedRole, grantedScope}
//   user-changed        ok {name, grantedRole?: "viewer → operator",
//                       grantedScope?: "before → after", password?: "changed"}
//   token-created, token-removed   ok {name, id, grantedRole, grantedScope, expiresMs?}
//   token-changed       ok {name, id, grantedRole?, grantedScope?}
//                       Changes by `logsvc user|token` have no user and detail {by: "command
//                       line"}.
//   lookup              asked {path, values, startMs, endMs (or timeMs), query, part?}
//   export              ok {query, format, startMs, endMs}
//   deletion-requested  ok {request, query, startMs, endMs}
//   deletion-cancelled  ok {request, force}
//   shared-changed      ok {put: ["views: name", …], removed: ["views: id", …]}
//   log-level-changed   ok {level}
//   flush, clock-confirmed  ok
//   gap                 dropped {events: how many events before this one are missing}
// Whoever acted with a token has {how: "token"} in detail, and user is the token's name.
//
// 400 says what is wrong with a parameter; 503 while the log cannot be opened. Borrows everything;
// safe from several threads.
#pragma once

#include "server/api/routes.h"
#include "server/audit/audit_log.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class AuditApi {
 public:
  AuditApi(const AuditLog& log, QueryRunner& queries) : log_(log), queries_(queries) {}
  void add_to(Routes& routes);

 private:
  void entries(const http::Request& request, http::Response& response, const Principal& principal);

  const AuditLog& log_;
  QueryRunner& queries_;
};

}  // namespace logsvc::server
