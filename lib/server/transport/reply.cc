#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kUnsupported:
      return 400;
    case ErrorCode::kPermission:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kLimit:
      return 429;
    case ErrorCode::kCancelled:
      return 499;
    case ErrorCode::kNoSpace:
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kTimeout:
      return 504;
    case ErrorCode::kUnprocessable:
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
      return 500;
  }
  return 500;
}

}  // namespace

void send_text(http::Response& response, int status, const std::string& body) {
  response.status = status;
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_body(body, "text/plain; charset=utf-8");
}

void send_error(http::Response& response, const Error& error) {
  if (error.code == ErrorCode::kNoSpace || error.code == ErrorCode::kUnavailable ||
      error.code == ErrorCode::kLimit) {
    response.set_header("Retry-After", "5");
  }
  send_text(response, status_of(error.code), error.message);
}

void send_json(http::Response& response, std::string body) {
  response.status = 200;
  response.set_header("Cache-Control", "no-store");
  // set_body() would do the same, but copies the body.
  response.set_header("Content-Type", "application/json; charset=UTF-8");
  response.body = std::move(body);
}

}  // namespace logsvc::server
