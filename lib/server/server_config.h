// The settings of `logsvc server`: a table for flags, environment and YAML, and what becomes of
// them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/cidr.h"
#include "config/settings.h"
#include "masking/rules_reader.h"
#include "server/auth/login_guard.h"
#include "server/auth/session_store.h"
#include "server/ingest/ingest_guard.h"
#include "server/ingest/ingest_limits.h"
#include "server/live/tail_loop.h"
#include "server/query/query_pool.h"
#include "server/sso_config.h"
#include "server/tls/tls_settings.h"
#include "store/store.h"

namespace logsvc::server {

struct ServerConfig {
  config::ListenAddress listen;
  config::ListenAddress ui_listen;
  TlsSettings tls;
  store::StoreOptions store;
  Duration audit_retention = 8760 * kHour;
  IngestLimits limits;
  IngestGuardOptions guard;
  // What support does not see (never null), and what is hidden before it is stored (may be null).
  std::shared_ptr<const masking::Masker> support_masker = masking::Masker::of_built_ins();
  std::shared_ptr<const masking::Masker> ingest_masker;
  std::vector<bool> masked_at_ingest;  // for each rule of support_masker; may be shorter
  uint64_t max_entries = 5000;
  uint64_t max_series = 500;
  Duration query_timeout = kMinute;
  Duration max_query_length = 0;
  QueryPoolOptions query_pool;
  TailLoopOptions live;
  bool compress_responses = true;
  bool deletion_enabled = true;
  uint64_t volume_max_series = 1000;
  bool ask_password = false;  // or by another method: users are asked who they are
  LoginMethods logins;
  IngestAccess ingest_access;
  std::vector<Cidr> trusted_proxies;
  SessionRules sessions;
  bool off_by_default = false;  // off only because nothing but loopback is listened on
  std::vector<std::string> allowed_hosts;
  std::string admin_password;  // empty: generated once
  // Not a setting: called with a password that was just generated, before anything listens.
  std::function<void(const std::string& password)> on_generated_password;
  // Not a setting: called at each start with the fingerprint of the certificate that the server
  // made for itself, as openssl prints it, before anything listens.
  std::function<void(const std::string& fingerprint)> on_self_signed;
  std::string web_dir;    // serve the page from here instead of the embedded files
  std::string demo;       // not a setting: "simulated" or "docker" in `logsvc demo`, else empty
  std::string described;  // all settings with their origin
  std::string described_json;
  std::string version;
};

const std::vector<config::SettingSpec>& server_settings();
Result<ServerConfig> make_server_config(const config::Settings& settings);

}  // namespace logsvc::server
