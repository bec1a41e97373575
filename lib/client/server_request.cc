#include "client/server_request.h"

namespace logsvc::client {

Result<net::HttpRequest> server_request(const ClientOptions& options, const net::Url& address,
                                        const std::string& target) {
  net::HttpRequest out;
  out.url = address;
  out.url.path += target;
  out.headers = {{"User-Agent", "logsvc-query"}};
  ASSIGN_OR_RETURN(out.private_headers, own_headers(options, address));
  return out;
}

Error refusal_error(const net::HttpAnswer& answer) {
  const int status = answer.status;
  std::string message = "the server answered " + std::to_string(status);
  if (status / 100 == 3) message += ", a redirection to " + answer.location;
  std::string text = answer.body;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (!text.empty()) message += ": " + text;
  if (status == 401) message += " (give --username and --password, or LOKI_USERNAME and …)";
  ErrorCode code = ErrorCode::kInvalid;
  if (status == 401 || status == 403) code = ErrorCode::kPermission;
  if (status == 429) code = ErrorCode::kLimit;
  if (status >= 500) code = ErrorCode::kIo;
  return {code, std::move(message)};
}

Error unreachable(const net::Url& address, const Error& error) {
  if (error.code == ErrorCode::kInvalid || error.code == ErrorCode::kCancelled) return error;
  return {ErrorCode::kUnavailable,
          "cannot reach " + net::origin_of(address) + ": " + error.message};
}

}  // namespace logsvc::client
