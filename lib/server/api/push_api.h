// Takes pushes: Loki's two forms and OTLP. Borrows everything; safe from several threads.
#pragma once

#include "os/clock.h"
#include "server/api/routes.h"
#include "server/ingest/agent_reports.h"
#include "server/ingest/ingest.h"
#include "telemetry/metrics.h"
#include "wire/label_text_cache.h"

namespace logsvc::server {

class PushApi {
 public:
  PushApi(Ingest& ingest, AgentReports& reports, const Clock& clock, Metrics& metrics)
      : ingest_(ingest), reports_(reports), clock_(clock), metrics_(metrics) {}
  void add_to(Routes& routes);

 private:
  void push(http::Request& request, http::Response& response, const Principal& principal);
  void legacy_push(http::Request& request, http::Response& response, const Principal& principal);
  void otlp_logs(http::Request& request, http::Response& response, const Principal& principal);
  void accept_push(http::Request& request, http::Response& response, const Principal& principal,
                   bool legacy);
  Result<Batch> decode_push(http::Request& request, bool legacy);
  Result<Batch> decode_otlp(http::Request& request);
  void count_refused();
  // Says in whole seconds when a push that was refused may be taken; 0: what is said stays.
  static void set_retry_after(http::Response& response, Duration wait);

  Ingest& ingest_;
  AgentReports& reports_;
  const Clock& clock_;
  Metrics& metrics_;
  wire::LabelTextCache label_texts_;
};

}  // namespace logsvc::server
