// Notes in the audit log what masked roles look for: the query, the values in it, the time it is
// about; never the answer. It reads the parameters that queries have wherever they are served, so
// that an endpoint need not say anything. Borrows the log and the clock; safe from several threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "server/audit/audit_log.h"
#include "server/audit/repeats.h"
#include "server/auth/principal.h"

namespace logsvc::server {

class LookupAudit {
 public:
  LookupAudit(AuditLog& log, const Clock& clock)
      : log_(log), clock_(clock), repeats_(clock, kMinute) {}

  // Does nothing for principals that see lines as they are, and for requests without a query. The
  // same query by the same user at the same path is noted once a minute. A query that is longer
  // than a text of an event becomes several events, each with its "part".
  void note(const http::Request& request, const Principal& principal);

 private:
  AuditLog& log_;
  const Clock& clock_;
  Repeats repeats_;
};

// The values that a query looks for: what its line filters and label filters compare with, without
// repeats, in the order of the query. Empty for a text that does not parse.
std::vector<std::string> values_looked_for(std::string_view query);

}  // namespace logsvc::server
