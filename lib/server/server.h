// The monitoring host: store, queries, live tail, HTTP and the page in one object.
//
//   http loops   2, one per listener: each waits for all its peers
//   http pools   a thread per running request: push, query, labels (blocking)
//   tail loop    1: all WebSockets
//   sealer       1: windows → chunk files (in the store)
//   maintenance  1: the one background clock
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "server/server_config.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

class Server {
 public:
  // Returns when it listens. Borrows everything but the configuration.
  static Result<std::unique_ptr<Server>> start(ServerConfig config, FileSystem& files,
                                               const Clock& clock, Metrics& metrics,
                                               Diagnostics& diagnostics);
  // Stops accepting, ends live readers, and leaves unsealed lines to the journal.
  ~Server();

  int api_port() const;
  int ui_port() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logsvc::server
