// A WebSocket that is read from: the client's side of live tail. One thread.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "client/client_options.h"

namespace logsvc::client {

class WebSocket {
 public:
  // target: path and query. kUnavailable: nobody answered; kPermission and kInvalid as LokiClient,
  // if the server answers anything but 101.
  static Result<std::unique_ptr<WebSocket>> connect(const ClientOptions& options,
                                                    const std::string& target);
  virtual ~WebSocket() = default;
  // The next text, waited for. kUnavailable when the connection ended. Pings are answered.
  virtual Result<std::string> read() = 0;
};

}  // namespace logsvc::client
