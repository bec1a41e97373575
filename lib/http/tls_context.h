// The certificate that a listener shows, and whose certificates it accepts. Safe from several
// threads.
#pragma once

#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "http/stream.h"

namespace logsvc::http {

// Paths of PEM files.
struct TlsFiles {
  std::string certificate;  // with those of the authorities between it and the root
  std::string key;          // not encrypted
  std::string client_ca;    // who signs clients' certificates; empty: none is asked for
  bool operator==(const TlsFiles&) const = default;
};

// kInvalid, naming the file, if one cannot be read, or the key is not the certificate's. Files left
// empty are not looked at.
Status check_tls_files(const TlsFiles& files);

class TlsContext {
 public:
  // kInvalid, as check_tls_files().
  static Result<std::shared_ptr<TlsContext>> open(const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Handshakes that begin from now on use what the files hold now. kInvalid leaves all as it was.
  Status load(const TlsFiles& files);

  // Speaks TLS, 1.2 at least, over an accepted socket, which it takes over.
  std::unique_ptr<Stream> serve(int socket) const;

  // Of the certificate that is shown.
  std::string fingerprint() const;
  std::string names() const;
  Timestamp end() const;

 private:
  struct Loaded;  // OpenSSL's context, and what is told of the certificate; never changed
  TlsContext();
  static Result<std::shared_ptr<const Loaded>> read(const TlsFiles& files);
  std::shared_ptr<const Loaded> loaded() const;

  mutable Mutex mutex_;
  std::shared_ptr<const Loaded> loaded_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::http
