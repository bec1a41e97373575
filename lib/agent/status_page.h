// Serves the agent's own pages: /ready, /metrics, /targets and /service-discovery (HTML, or JSON
// with ?format=json), /config, and /reload where it is allowed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "http/http_server.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

// A row of /targets: one source that is read.
struct TargetRow {
  std::string kind;  // "docker", "file", "journal"
  std::string job;
  std::string name;                                          // a container or a path
  std::vector<std::pair<std::string, std::string>> details;  // offset, lag, read by …
};

// The page's inputs. They are called from its threads and must live as long as the page.
struct StatusInputs {
  std::function<std::vector<TargetRow>()> targets;
  std::function<std::string()> not_ready;  // why not; empty: ready
  std::string config;                      // shown at /config, secrets hidden
  std::string prefix;                      // before every path: "/promtail"
  std::function<Status()> reload;          // handles /reload; null: no such path
};

class StatusPage {
 public:
  // Returns kUnavailable if the address is in use.
  static Result<std::unique_ptr<StatusPage>> open(const config::ListenAddress& address,
                                                  const Clock& clock, Metrics& metrics,
                                                  Diagnostics& diagnostics, StatusInputs inputs);
  ~StatusPage();
  int port() const;

 private:
  class Pages;
  StatusPage(std::unique_ptr<Pages> pages, std::unique_ptr<http::HttpServer> server);
  const std::unique_ptr<Pages> pages_;
  const std::unique_ptr<http::HttpServer> server_;
};

// Returns the targets as /targets shows them.
std::string targets_html(const std::vector<TargetRow>& targets);
std::string targets_json(const std::vector<TargetRow>& targets);

}  // namespace logsvc::agent
