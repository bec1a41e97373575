// Answers how the server is doing: numbers for the page, flushing, the clock that retention goes
// by. Who has a scope gets no numbers of what the store holds and the server received: they are of
// all streams. Borrows everything; safe from several threads.
#pragma once

#include "os/clock.h"
#include "server/api/routes.h"
#include "server/audit/audit_log.h"
#include "server/ingest/ingest.h"
#include "server/live/tail_hub.h"
#include "store/store.h"

namespace logsvc::server {

struct StatusInfo {
  std::string version;
  std::string demo;      // "simulated" or "docker"; empty: not a demo
  std::string data_dir;  // whose disk the page shows
  Duration retention = 0;
};

class StatusApi {
 public:
  StatusApi(store::Store& store, AuditLog& audit, const Ingest& ingest, const IngestGuard& guard,
            const TailHub& live, const Clock& clock, StatusInfo info)
      : store_(store),
        audit_(audit),
        ingest_(ingest),
        guard_(guard),
        live_(live),
        clock_(clock),
        info_(std::move(info)) {}
  void add_to(Routes& routes);

 private:
  void status(const http::Request& request, http::Response& response, const Principal& principal);
  std::string lines_json() const;
  void flush(const http::Request& request, http::Response& response, const Principal& principal);
  void confirm_clock(const http::Request& request, http::Response& response,
                     const Principal& principal);

  store::Store& store_;
  AuditLog& audit_;
  const Ingest& ingest_;
  const IngestGuard& guard_;
  const TailHub& live_;
  const Clock& clock_;
  const StatusInfo info_;
};

}  // namespace logsvc::server
