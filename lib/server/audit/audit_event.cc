#include "server/audit/audit_event.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/utf8.h"

namespace logsvc::server {
namespace {

struct Named {
  AuditKind kind;
  std::string_view name;
};
constexpr Named kNames[] = {
    {AuditKind::kLogin, "login"},
    {AuditKind::kLogout, "logout"},
    {AuditKind::kSessionEnded, "session-ended"},
    {AuditKind::kPasswordChanged, "password-changed"},
    {AuditKind::kUserCreated, "user-created"},
    {AuditKind::kUserChanged, "user-changed"},
    {AuditKind::kUserRemoved, "user-removed"},
    {AuditKind::kTokenCreated, "token-created"},
    {AuditKind::kTokenChanged, "token-changed"},
    {AuditKind::kTokenRemoved, "token-removed"},
    {AuditKind::kLookup, "lookup"},
    {AuditKind::kExport, "export"},
    {AuditKind::kDeletionRequested, "deletion-requested"},
    {AuditKind::kDeletionCancelled, "deletion-cancelled"},
    {AuditKind::kSharedChanged, "shared-changed"},
    {AuditKind::kLogLevelChanged, "log-level-changed"},
    {AuditKind::kFlush, "flush"},
    {AuditKind::kClockConfirmed, "clock-confirmed"},
    {AuditKind::kGap, "gap"},
};

constexpr size_t kMaxName = 256;

void append_text(std::string& out, std::string_view text, size_t most) {
  if (text.size() <= most) return append_json_string(out, text, JsonEscapes::kNeeded);
  append_json_string(out, std::string(cut_utf8(text, most)) + "…", JsonEscapes::kNeeded);
}

struct ValueWriter {
  std::string& out;
  void operator()(const std::string& text) const { append_text(out, text, kMaxAuditText); }
  void operator()(int64_t number) const { out += std::to_string(number); }
  void operator()(const std::vector<std::string>& texts) const {
    out += '[';
    for (size_t i = 0; i < std::min(texts.size(), kMaxAuditTexts); ++i) {
      if (i) out += ',';
      append_text(out, texts[i], kMaxAuditText / kMaxAuditTexts);
    }
    out += texts.size() > kMaxAuditTexts ? ",\"…\"]" : "]";
  }
};

}  // namespace

std::string_view audit_name(AuditKind kind) {
  return std::find_if(std::begin(kNames), std::end(kNames),
                      [&](const Named& one) { return one.kind == kind; })
      ->name;
}

std::optional<AuditKind> audit_named(std::string_view name) {
  for (const Named& one : kNames) {
    if (one.name == name) return one.kind;
  }
  return std::nullopt;
}

std::string audit_line(const AuditEvent& event) {
  std::string out = "{\"event\":\"" + std::string(audit_name(event.kind)) + "\",\"user\":";
  append_text(out, event.user, kMaxName);
  out += ",\"role\":";
  append_text(out, event.role, kMaxName);
  out += ",\"address\":";
  append_text(out, event.address, kMaxName);
  out += ",\"outcome\":";
  append_text(out, event.outcome, kMaxName);
  for (const AuditDetail& one : event.detail) {
    out += ',';
    append_json_string(out, one.name, JsonEscapes::kNeeded);
    out += ':';
    std::visit(ValueWriter{out}, one.value);
  }
  return out + '}';
}

LabelSet audit_stream(AuditKind kind) {
  return LabelSet::from({{"job", std::string(kAuditJob)},
                         {std::string(kAuditLabel), std::string(kAuditLabelValue)},
                         {"service_name", "logsvc"},
                         {"event", std::string(audit_name(kind))}});
}

bool is_audit_stream(const LabelSet& labels) {
  return labels.get(kAuditLabel) == kAuditLabelValue && labels.get("job") == kAuditJob;
}

}  // namespace logsvc::server
