// Keeps the certificate of one listener as its files are: when they change, handshakes from then on
// use them, and open connections go on. Says when it ends. For one thread at a time, but for the
// context, which is for all.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "http/tls_context.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

class CertificateKeeper {
 public:
  // kInvalid, naming the file that cannot be used. listener is its name in metrics and messages.
  // Borrows the clock and diagnostics.
  static Result<std::unique_ptr<CertificateKeeper>> open(http::TlsFiles files,
                                                         const std::string& listener,
                                                         const Clock& clock, Metrics& metrics,
                                                         Diagnostics& diagnostics);

  const std::shared_ptr<http::TlsContext>& context() const { return context_; }
  // Looks whether the files have changed, at most once a second. A pair that cannot be used, as one
  // that is written in part, is said once and leaves the one before it in use.
  void look();

 private:
  CertificateKeeper(http::TlsFiles files, const std::string& listener, const Clock& clock,
                    Diagnostics& diagnostics)
      : files_(std::move(files)), listener_(listener), clock_(clock), diagnostics_(diagnostics) {}
  void warn_of_end();

  const http::TlsFiles files_;
  const std::string listener_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  std::shared_ptr<http::TlsContext> context_;
  std::string seen_;  // what the files were when they were read last
  int64_t looked_ns_ = 0;
  Timestamp warned_ = 0;  // of the end
};

}  // namespace logsvc::server
