#include "server/tls/tls_settings.h"

#include <string>

namespace logsvc::server {
namespace {

// Reads a certificate and its key, which come together or not at all.
Status read_pair(const config::Settings& s, const std::string& cert, const std::string& key,
                 http::TlsFiles& out) {
  out.certificate = s.text(cert);
  out.key = s.text(key);
  if (out.certificate.empty() && out.key.empty()) return {};
  if (out.key.empty()) return s.bad_value(cert, "needs " + key + " as well");
  if (out.certificate.empty()) return s.bad_value(key, "needs " + cert + " as well");
  const Status certificate = http::check_tls_files({out.certificate, "", ""});
  if (!certificate.ok()) return s.bad_value(cert, certificate.error().message);
  const Status both = http::check_tls_files({out.certificate, out.key, ""});
  return both.ok() ? both : s.bad_value(key, both.error().message);
}

Status read_files(const config::Settings& s, TlsSettings& out) {
  RETURN_IF_ERROR(read_pair(s, "tls-cert", "tls-key", out.api));
  RETURN_IF_ERROR(read_pair(s, "ui-tls-cert", "ui-tls-key", out.ui));
  if (out.ui.certificate.empty()) out.ui = out.api;
  return {};
}

Status read_client_ca(const config::Settings& s, TlsSettings& out) {
  out.api.client_ca = s.text("tls-client-ca");
  if (out.api.client_ca.empty()) return {};
  // Pushes would be open to everybody otherwise, against what the setting asks for.
  if (!out.api_is_secure()) {
    return s.bad_value("tls-client-ca", "needs tls-cert and tls-key, or tls: self-signed");
  }
  const Status authorities = http::check_tls_files({"", "", out.api.client_ca});
  return authorities.ok() ? authorities : s.bad_value("tls-client-ca", authorities.error().message);
}

}  // namespace

Result<TlsSettings> read_tls_settings(const config::Settings& s) {
  TlsSettings out;
  const std::string& mode = s.text("tls");
  if (mode != "auto" && mode != "off" && mode != "files" && mode != "self-signed") {
    return s.bad_value("tls", "expected off, files, self-signed or auto, found \"" + mode + "\"");
  }
  out.self_signed = mode == "self-signed";
  if (out.self_signed && !s.text("tls-cert").empty()) {
    return s.bad_value("tls", "self-signed and tls-cert exclude each other");
  }
  if (mode != "off") RETURN_IF_ERROR(read_files(s, out));
  if (mode == "files" && out.ui.certificate.empty()) {
    return s.bad_value("tls", "files needs tls-cert and tls-key");
  }
  RETURN_IF_ERROR(read_client_ca(s, out));
  return out;
}

}  // namespace logsvc::server
