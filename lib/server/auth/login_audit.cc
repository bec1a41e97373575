#include "server/auth/login_audit.h"

#include <utility>

#include "server/auth/login_throttle.h"
#include "server/auth/principal_event.h"

namespace logsvc::server {
namespace {

AuditEvent turned_away(const std::string& address, const std::string& user, const char* outcome) {
  AuditEvent out;
  out.kind = AuditKind::kLogin;
  out.user = user;
  out.address = address;
  out.outcome = outcome;
  return out;
}

// Empty for those whose coming in is no event of its own.
std::string way_in(Principal::How how) {
  switch (how) {
    case Principal::How::kPassword:
      return "password";
    case Principal::How::kToken:
      return "token";
    case Principal::How::kProxy:
      return "proxy";
    case Principal::How::kNobody:
    case Principal::How::kAuthOff:
    case Principal::How::kSession:
      break;
  }
  return "";
}

}  // namespace

void LoginAudit::logged_in(const Principal& principal) {
  AuditEvent event = audit_event(AuditKind::kLogin, principal);
  event.detail = {{"how", "page"}};
  log_.record(event);
}

void LoginAudit::let_in(const Principal& principal) {
  if (!log_.enabled()) return;
  const std::string way = way_in(principal.how);
  if (way.empty() || !used_.is_new({principal.name, principal.address, way})) return;
  AuditEvent event = audit_event(AuditKind::kLogin, principal);
  event.detail = {{"how", way}};
  log_.record(event);
}

bool LoginAudit::is_one_of_few(const std::string& address) {
  const std::string network = network_of(address);
  for (int i = 0; i < kMostOfNetwork; ++i) {
    if (turned_away_.is_new({network, std::to_string(i)})) return true;
  }
  return false;
}

// Counts what is not noted because there is too much of it.
void LoginAudit::note_stranger(AuditEvent event) {
  const bool few = event.outcome == "throttled" || is_one_of_few(event.address);
  {
    MutexLock lock(mutex_);
    const int64_t now = clock_.steady_ns();
    if (now - minute_ns_ >= kMinute) {
      minute_ns_ = now;
      noted_ = 0;
    }
    if (!few || noted_ >= kMostFailures) {
      others_ += 1;
      return;
    }
    noted_ += 1;
    if (others_ > 0) event.detail.push_back({"othersBefore", std::exchange(others_, 0)});
  }
  log_.record(event);
}

void LoginAudit::failed(const std::string& address, const std::string& user,
                        const std::string& why) {
  if (!log_.enabled()) return;
  AuditEvent event = turned_away(address, user, "failed");
  event.detail = {{"why", why}};
  note_stranger(std::move(event));
}

void LoginAudit::throttled(const std::string& address, const std::string& user) {
  if (!log_.enabled() || !turned_away_.is_new({network_of(address)})) return;
  AuditEvent event = turned_away(address, user, "throttled");
  event.detail = {{"why", "too many wrong passwords"}};
  note_stranger(std::move(event));
}

void LoginAudit::logged_out(const Principal& principal) {
  log_.record(audit_event(AuditKind::kLogout, principal));
}

}  // namespace logsvc::server
