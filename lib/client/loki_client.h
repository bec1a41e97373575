// Requests to a server with Loki's API. Not safe from several threads at once.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "client/client_options.h"

namespace logsvc::client {

using QueryParams = std::multimap<std::string, std::string>;

class LokiClient {
 public:
  // kInvalid for an invalid address or proxy, and for certificates that cannot be used.
  static Result<std::unique_ptr<LokiClient>> make(const ClientOptions& options);
  virtual ~LokiClient() = default;

  // Sends a GET and returns the body as JSON. kUnavailable if nobody answered; otherwise the codes
  // of refusal_error(), and kInvalid for an answer that is not JSON. Messages quote what the server
  // said.
  virtual Result<nlohmann::json> get(const std::string& path, const QueryParams& params) = 0;
  // Returns what get() asks, for people to read.
  virtual std::string url(const std::string& path, const QueryParams& params) const = 0;
};

// a=1&b=x%20y
std::string encode_params(const QueryParams& params);

}  // namespace logsvc::client
