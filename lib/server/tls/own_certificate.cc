#include "server/tls/own_certificate.h"

#include <unistd.h>

#include <vector>

#include "http/socket.h"
#include "tls/self_signed.h"

namespace logsvc::server {
namespace {

std::vector<std::string> own_names() {
  std::vector<std::string> out = {"localhost"};
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0') out.emplace_back(name);
  for (std::string& address : http::own_addresses()) out.push_back(std::move(address));
  for (const char* loopback : {"127.0.0.1", "::1"}) out.emplace_back(loopback);
  return out;
}

// Writes the certificate last: it stands for both.
Status make(FileSystem& files, const std::string& dir, const http::TlsFiles& paths, Timestamp now) {
  ASSIGN_OR_RETURN(const tls::PemPair made, tls::make_self_signed(own_names(), now));
  RETURN_IF_ERROR(files.make_dirs(dir));
  RETURN_IF_ERROR(files.replace(paths.key, made.key, FileSystem::Readers::kOwner));
  return files.replace(paths.certificate, made.certificate);
}

}  // namespace

Result<http::TlsFiles> own_certificate(FileSystem& files, const std::string& data_dir,
                                       Timestamp now) {
  const std::string dir = data_dir + "/tls";
  const http::TlsFiles out{dir + "/cert.pem", dir + "/key.pem", ""};
  if (!files.exists(out.certificate)) RETURN_IF_ERROR(make(files, dir, out, now));
  if (const Status fine = http::check_tls_files(out); !fine.ok()) {
    return invalid(fine.error().message + "; without " + dir +
                   " a new certificate is made, whose fingerprint agents must be told");
  }
  return out;
}

}  // namespace logsvc::server
