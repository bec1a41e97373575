#include "server/server_config.h"

namespace logsvc::server {

const std::vector<config::SettingSpec>& server_settings() {
  static const std::vector<config::SettingSpec> kSpecs = {
      {"data-dir", "Where everything is kept", "./data", {}, false},
      {"listen", "API: host:port", "0.0.0.0:3100", {}, false},
      {"ui-listen", "Dashboard and API: host:port", "0.0.0.0:3004", {}, false},
      {"retention", "How long lines are kept, in whole days (0: for ever)", "336h", {}, false},
      {"auth",
       "off, password (reading asks for the admin password), or auto: password as soon as a "
       "listener "
       "is not loopback",
       "auto",
       {},
       false},
      {"admin-password", "Generated and printed once if absent", "", {}, true},
      {"memory", "Budget for entries that are not yet in files", "128MB", {}, false},
      {"window-age", "Entries are sealed into files when they are this old", "10m", {}, false},
      {"sync-interval",
       "0: on disk before every acknowledgement; else at most this often, and a power cut may cost "
       "the acknowledged lines of that time",
       "0",
       {},
       false},
      {"max-line-size", "Longer lines are refused", "1MB", {}, false},
      {"max-label-names", "Labels of a stream", "32", {}, false},
      {"reject-old-samples", "Refuse entries older than this (0: never)", "0", {}, false},
      {"creation-grace-period", "How far in the future an entry may be (0: any)", "10m", {}, false},
      {"max-entries", "Entries a query may ask for", "5000", {}, false},
      {"max-series", "Series a query may answer", "500", {}, false},
      {"query-timeout", "A query is ended after this", "1m", {}, false},
      {"web-dir", "Serve the page from this folder (for its developers)", "", {}, false},
      {"log-level", "debug, info, warn or error", "info", {}, false},
      {"log-format", "logfmt or json", "logfmt", {}, false},
  };
  return kSpecs;
}

namespace {

Result<config::ListenAddress> address(const config::Settings& settings, const std::string& name) {
  auto parsed = config::parse_listen_address(settings.text(name));
  if (!parsed.ok()) return settings.bad_value(name, parsed.error().message);
  return parsed;
}

}  // namespace

Result<ServerConfig> make_server_config(const config::Settings& s) {
  ServerConfig out;
  ASSIGN_OR_RETURN(out.listen, address(s, "listen"));
  ASSIGN_OR_RETURN(out.ui_listen, address(s, "ui-listen"));
  out.store.dir = s.text("data-dir");
  if (out.store.dir.empty()) return s.bad_value("data-dir", "must not be empty");
  ASSIGN_OR_RETURN(out.store.retention, s.duration("retention"));
  ASSIGN_OR_RETURN(out.store.memory_bytes, s.bytes("memory"));
  if (out.store.memory_bytes < (16u << 20)) return s.bad_value("memory", "must be at least 16MB");
  ASSIGN_OR_RETURN(out.store.window_age, s.duration("window-age"));
  ASSIGN_OR_RETURN(out.store.sync_interval, s.duration("sync-interval"));
  ASSIGN_OR_RETURN(out.limits.max_line_bytes, s.bytes("max-line-size"));
  ASSIGN_OR_RETURN(out.limits.max_label_names, s.number("max-label-names"));
  ASSIGN_OR_RETURN(out.limits.reject_old_samples_after, s.duration("reject-old-samples"));
  ASSIGN_OR_RETURN(out.limits.creation_grace_period, s.duration("creation-grace-period"));
  ASSIGN_OR_RETURN(out.max_entries, s.number("max-entries"));
  ASSIGN_OR_RETURN(out.max_series, s.number("max-series"));
  ASSIGN_OR_RETURN(out.query_timeout, s.duration("query-timeout"));
  const std::string& auth = s.text("auth");
  if (auth == "auto") {
    out.ask_password = !out.listen.is_loopback() || !out.ui_listen.is_loopback();
  } else if (auth == "password" || auth == "off") {
    out.ask_password = auth == "password";
  } else {
    return s.bad_value("auth", "expected off, password or auto, found \"" + auth + "\"");
  }
  out.admin_password = s.text("admin-password");
  out.web_dir = s.text("web-dir");
  out.described = s.describe();
  return out;
}

}  // namespace logsvc::server
