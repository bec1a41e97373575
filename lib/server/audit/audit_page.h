// Reads the audit log page by page, newest first.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "model/log_source.h"
#include "server/audit/audit_event.h"

namespace logsvc::server {

// A place between two entries of the log.
struct AuditCursor {
  Timestamp time = 0;
  uint64_t passed = 0;  // entries of that time that lie before it

  // "1800000000000000000-1"
  std::string text() const;
  static std::optional<AuditCursor> parse(const std::string& text);
};

struct AuditRequest {
  TimeRange range;
  std::string user;  // empty: any
  std::optional<AuditKind> kind;
  std::string text;  // ASCII letters in either case; empty: any
  uint64_t limit = 100;
  std::optional<AuditCursor> before;
  std::stop_token stop;
};

struct AuditPage {
  // Objects joined by commas, as /api/audit answers them.
  std::string entries;
  // Where to go on; nothing at the end of the range.
  std::optional<AuditCursor> next;
};

// Looks at kMaxAuditScan lines at most, and gives up to about kMaxAuditPage bytes. Lines that are
// not an event's are left out.
constexpr uint64_t kMaxAuditScan = 500'000;
constexpr size_t kMaxAuditPage = 4u << 20;
Result<AuditPage> read_audit(const LogSource& log, const AuditRequest& request);

}  // namespace logsvc::server
