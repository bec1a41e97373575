// The certificate that the server makes for itself where nobody signs any.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "http/tls_context.h"
#include "os/file_system.h"

namespace logsvc::server {

// Returns the files of DATA/tls: made once, for this machine's names and addresses, and kept, so
// that the fingerprint that agents know stays. A crash leaves a whole pair or none. kInvalid or kIo
// if they cannot be made or read; they are not replaced then.
Result<http::TlsFiles> own_certificate(FileSystem& files, const std::string& data_dir,
                                       Timestamp now);

}  // namespace logsvc::server
