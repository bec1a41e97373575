// An audit log in a directory of its own, and what tests ask of it.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/audit/audit_log.h"
#include "server/audit/audit_page.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace logsvc::server {

struct AuditWorld {
  explicit AuditWorld(AuditOptions given = {}) : options(std::move(given)) {
    options.dir = dir.path() + "/data/audit";
    options.retry = kMillisecond;
    open();
  }

  // As after a restart; what was recorded before is on disk then.
  void open() {
    log.reset();
    log = std::make_unique<AuditLog>(options, files, clock, metrics, diagnostics);
  }

  void record(AuditKind kind, std::string user = "kim", std::vector<AuditDetail> detail = {}) {
    AuditEvent event;
    event.kind = kind;
    event.user = std::move(user);
    event.role = "admin";
    event.address = "10.0.0.5";
    event.detail = std::move(detail);
    log->record(event);
  }

  nlohmann::json entries(const AuditRequest& request) const {
    const auto page = read_audit(*log->source(), request);
    REQUIRE(page.ok());
    return nlohmann::json::parse("[" + page->entries + "]");
  }
  // All of it, newest first, once the log has written what waits.
  nlohmann::json everything() {
    open();
    AuditRequest all;
    all.range = {0, INT64_MAX};
    all.limit = 100'000;
    return entries(all);
  }
  // The events' names, oldest first.
  std::vector<std::string> kinds() {
    std::vector<std::string> out;
    for (const auto& entry : everything()) out.insert(out.begin(), entry["event"]);
    return out;
  }
  uint64_t count(const std::string& name) { return metrics.counter(name, "").value(); }

  testing::TempDir dir;
  testing::FakeClock clock;
  PosixFileSystem files;
  Metrics metrics;
  Diagnostics diagnostics{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  AuditOptions options;
  std::unique_ptr<AuditLog> log;
};

}  // namespace logsvc::server
