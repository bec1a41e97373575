// All parts of the API, with what they share: the runner of queries, the reports of agents, the
// guard that knows who asks. This is the one place that knows every part. Borrows the world; lives
// as long as the routes are used.
#pragma once

#include "server/api/delete_api.h"
#include "server/api/detected_api.h"
#include "server/api/export_api.h"
#include "server/api/health_api.h"
#include "server/api/labels_api.h"
#include "server/api/live_api.h"
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
#include "server/api/volume_api.h"
#include "server/auth/login_guard.h"
#include "server/server_config.h"

namespace logsvc::server {

// What the parts of the API work on.
struct ApiWorld {
  store::Store& store;
  const logql::Engine& engine;
  logql::EngineLimits limits;
  QueryPool& pool;
  Ingest& ingest;
  insight::Insight& insight;
  TailLoop& tail;
  SharedItems& shared;
  Counters& counters;
  Authenticator& auth;
  const Clock& clock;
  Metrics& metrics;
  Diagnostics& diagnostics;
};

class Handlers {
 public:
  Handlers(const ServerConfig& config, const ApiWorld& world);
  Routes routes();
  LoginGuard& guard() { return guard_; }

 private:
  QueryRunner queries_;
  AgentReports agents_;
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
  StatusApi status_;
  HealthApi health_;
  SettingsApi settings_;
  SessionApi session_;
};

}  // namespace logsvc::server
