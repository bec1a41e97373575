// What the audit log tells of: one event is one line, a JSON object of its stream
// {job="logsvc", kind="audit", service_name="logsvc", event="…"}.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/label_set.h"

namespace logsvc::server {

enum class AuditKind {
  kLogin,              // outcome: ok, failed, throttled
  kLogout,             // somebody ended their own session
  kSessionEnded,       // a session was ended from elsewhere
  kPasswordChanged,    //
  kUserCreated,        //
  kUserChanged,        // role, scope or password, by an admin
  kUserRemoved,        //
  kTokenCreated,       //
  kTokenChanged,       //
  kTokenRemoved,       //
  kLookup,             // what a masked role asked for, never the answer
  kExport,             //
  kDeletionRequested,  //
  kDeletionCancelled,  //
  kSharedChanged,      // what the team shares
  kLogLevelChanged,    //
  kFlush,              //
  kClockConfirmed,     // retention goes on by this clock
  kGap,                // events before this one could not be kept; "events" says how many
};

// The name as lines and labels have it: "login", "token-created".
std::string_view audit_name(AuditKind kind);
std::optional<AuditKind> audit_named(std::string_view name);

struct AuditDetail {
  std::string name;  // none of those that every event has
  std::variant<std::string, int64_t, std::vector<std::string>> value;
};

struct AuditEvent {
  AuditKind kind = AuditKind::kLogin;
  std::string user;     // the user's or the token's name; empty if nobody is known
  std::string role;     //
  std::string address;  // where the request came from
  std::string outcome = "ok";
  std::vector<AuditDetail> detail;
};

// {"event":"login","user":"kim","role":"viewer","address":"10.0.0.5","outcome":"ok",…}. Names and
// addresses are cut to 256 bytes, other texts to kMaxAuditText, with "…" at the end.
constexpr size_t kMaxAuditText = 64u << 10;
constexpr size_t kMaxAuditTexts = 200;  // of one list
std::string audit_line(const AuditEvent& event);

LabelSet audit_stream(AuditKind kind);
// Whether only the audit log may write to such a stream.
bool is_audit_stream(const LabelSet& labels);

constexpr std::string_view kAuditJob = "logsvc";        // of the label job
constexpr std::string_view kAuditLabel = "kind";        // the label that finds the audit log
constexpr std::string_view kAuditLabelValue = "audit";  //

}  // namespace logsvc::server
