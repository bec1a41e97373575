// All parts of the API, with what they share: the runner of queries, the reports of agents, the
// guard that knows who asks. This is the one place that knows every part. Borrows the world; lives
// as long as the routes are used.
#pragma once

#include "server/access/lookup_audit.h"
#include "server/access/view.h"
#include "server/api/audit_api.h"
#include "server/api/delete_api.h"
#include "server/api/detected_api.h"
#include "server/api/export_api.h"
#include "server/api/health_api.h"
#include "server/api/labels_api.h"
#include "server/api/live_api.h"
#include "server/api/masking_api.h"
#include "server/api/oidc_api.h"
#include "server/api/opening_api.h"
#include "server/api/patterns_api.h"
#include "server/api/pulse_api.h"
#include "server/api/push_api.h"
#include "server/api/query_api.h"
#include "server/api/routes.h"
#include "server/api/session_api.h"
#include "server/api/settings_api.h"
#include "server/api/status_api.h"
#include "server/api/team_api.h"
#include "server/api/users_api.h"
#include "server/api/volume_api.h"
#include "server/auth/login_audit.h"
#include "server/auth/login_guard.h"
#include "server/server_config.h"

namespace logsvc::server {

// What the parts of the API work on.
struct ApiWorld {
  store::Store& store;
  AuditLog& audit;
  const Views& views;
  QueryPool& pool;
  Ingest& ingest;
  const IngestGuard& guard;
  insight::Insight& insight;
  TailLoop& tail;
  SharedItems& shared;
  ViewedCounters& counters;
  Authenticator& auth;
  oidc::OidcLogin* oidc;  // null: nobody logs in by a provider
  const Clock& clock;
  Metrics& metrics;
  Diagnostics& diagnostics;
};

class Handlers {
 public:
  Handlers(const ServerConfig& config, const ApiWorld& world);
  Routes routes();
  LoginGuard& guard() { return guard_; }
  LookupAudit& lookups() { return lookups_; }

 private:
  QueryRunner queries_;
  AgentReports agents_;
  LoginAudit logins_;
  LookupAudit lookups_;
  LoginGuard guard_;
  PushApi push_;
  QueryApi query_;
  LabelsApi labels_;
  VolumeApi volume_;
  DetectedApi detected_;
  PatternsApi patterns_;
  ExportApi exports_;
  LiveApi live_;
  PulseApi pulse_;
  OpeningApi opening_;
  TeamApi team_;
  DeleteApi deletions_;
  AuditApi audit_;
  StatusApi status_;
  HealthApi health_;
  SettingsApi settings_;
  MaskingApi masking_;
  SessionApi session_;
  UsersApi users_;
  OidcApi oidc_;
};

}  // namespace logsvc::server
