// What the settings tls, tls-cert … say about the two listeners.
#pragma once

#include "base/result.h"
#include "config/settings.h"
#include "http/tls_context.h"

namespace logsvc::server {

struct TlsSettings {
  // A listener without a certificate is plain, unless it gets our own.
  http::TlsFiles api, ui;
  bool self_signed = false;

  bool api_is_secure() const { return self_signed || !api.certificate.empty(); }
  bool ui_is_secure() const { return self_signed || !ui.certificate.empty(); }
};

// Reads the files too, but keeps nothing of them. kInvalid names the setting and where it came
// from.
Result<TlsSettings> read_tls_settings(const config::Settings& settings);

}  // namespace logsvc::server
