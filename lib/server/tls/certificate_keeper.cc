#include "server/tls/certificate_keeper.h"

#include <sys/stat.h>

#include <algorithm>

#include "tls/fingerprint.h"

namespace logsvc::server {
namespace {

constexpr Duration kLookInterval = kSecond;
constexpr Duration kSoon = 14 * kDay;

// Returns a text that changes when one of the files does.
std::string state_of(const http::TlsFiles& files) {
  std::string out;
  for (const std::string& path : {files.certificate, files.key, files.client_ca}) {
    struct stat found {};
    if (!path.empty() && ::stat(path.c_str(), &found) == 0) {
      const int64_t changed = found.st_mtim.tv_sec * kSecond + found.st_mtim.tv_nsec;
      out += std::to_string(changed) + ' ' + std::to_string(found.st_size) + ' ' +
             std::to_string(found.st_ino);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<CertificateKeeper>> CertificateKeeper::open(http::TlsFiles files,
                                                                   const std::string& listener,
                                                                   const Clock& clock,
                                                                   Metrics& metrics,
                                                                   Diagnostics& diagnostics) {
  std::unique_ptr<CertificateKeeper> out(
      new CertificateKeeper(std::move(files), listener, clock, diagnostics));
  out->seen_ = state_of(out->files_);
  ASSIGN_OR_RETURN(out->context_, http::TlsContext::open(out->files_));
  metrics.gauge_function(
      "logsvc_tls_certificate_end_timestamp_seconds", "When the listener's certificate ends",
      [context = out->context_] { return static_cast<double>(context->end() / kSecond); },
      {{"listener", listener}});
  diagnostics.info("server", "TLS is on for the " + listener + " listener",
                   {{"certificate", out->files_.certificate},
                    {"names", out->context_->names()},
                    {"until", format_rfc3339(out->context_->end())},
                    {"fingerprint", tls::shown_fingerprint(out->context_->fingerprint())}});
  out->warn_of_end();
  return out;
}

void CertificateKeeper::look() {
  const int64_t now = clock_.steady_ns();
  if (looked_ns_ != 0 && now - looked_ns_ < kLookInterval) return;
  looked_ns_ = now;
  // It is taken before the files are read: what changes meanwhile is seen the next time.
  std::string state = state_of(files_);
  if (state != seen_) {
    seen_ = std::move(state);
    if (const Status loaded = context_->load(files_); loaded.ok()) {
      warned_ = 0;
      diagnostics_.info("server", "read the certificate again",
                        {{"listener", listener_},
                         {"until", format_rfc3339(context_->end())},
                         {"fingerprint", tls::shown_fingerprint(context_->fingerprint())}});
    } else {
      diagnostics_.warn("server", "cannot use the changed certificate; the one before it stays",
                        {{"listener", listener_}, {"why", loaded.error().message}});
    }
  }
  warn_of_end();
}

void CertificateKeeper::warn_of_end() {
  const Timestamp now = clock_.now();
  if (context_->end() - kSoon > now) return;
  if (warned_ != 0 && now - warned_ < kDay) return;
  warned_ = now;
  const bool over = context_->end() <= now;
  diagnostics_.warn("server", over ? "the certificate has ended" : "the certificate ends soon",
                    {{"listener", listener_},
                     {"certificate", files_.certificate},
                     {"until", format_rfc3339(context_->end())}});
}

}  // namespace logsvc::server
