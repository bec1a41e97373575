#include "server/api/push_api.h"

#include <algorithm>

#include "http/body_encoding.h"
#include "http/decode_cost.h"
#include "server/transport/reply.h"
#include "wire/agent_report.h"
#include "wire/push_answer.h"
#include "wire/push_json.h"
#include "wire/push_protobuf.h"

namespace logsvc::server {
namespace {

// Its errors have Go's wording.
Result<std::string> checked_media_type(const std::string& header) {
  std::string type = http::media_type_of(header);
  if (type.empty()) return invalid("mime: no media type");
  const size_t semicolon = header.find(';');
  if (semicolon != std::string::npos) {
    const std::string rest = header.substr(semicolon + 1);
    const bool blank = rest.find_first_not_of(" \t") == std::string::npos;
    if (!blank && rest.find('=') == std::string::npos)
      return invalid("mime: invalid media parameter");
  }
  return type;
}

}  // namespace

void PushApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"POST", "/loki/api/v1/push", "loki_api_v1_push", A::kPush,
              handler(this, &PushApi::push), Route::Body::kPush});
  routes.add({"POST", "/api/prom/push", "api_prom_push", A::kPush,
              handler(this, &PushApi::legacy_push), Route::Body::kPush});
  routes.add({"POST", "/otlp/v1/logs", "otlp_v1_logs", A::kPush, handler(this, &PushApi::otlp_logs),
              Route::Body::kPush});
}

void PushApi::set_retry_after(http::Response& response, Duration wait) {
  if (wait > 0) {
    response.set_header("Retry-After", std::to_string((wait + kSecond - 1) / kSecond));
  }
}

void PushApi::count_refused() {
  metrics_.counter("logsvc_push_refused_total", "Pushes that could not be read").add();
}

void PushApi::push(http::Request& request, http::Response& response, const Principal& principal) {
  accept_push(request, response, principal, false);
}
void PushApi::legacy_push(http::Request& request, http::Response& response,
                          const Principal& principal) {
  accept_push(request, response, principal, true);
}

Result<Batch> PushApi::decode_push(http::Request& request, bool legacy) {
  ASSIGN_OR_RETURN(const std::string type, checked_media_type(request.header("Content-Type")));
  ASSIGN_OR_RETURN(std::string body,
                   decode_body(std::move(request.body), request.header("Content-Encoding"),
                               ingest_.limits().max_decoded_bytes, request.memory));
  if (type == "application/json") {
    RETURN_IF_ERROR(charge_json(request.memory, body));
    return legacy ? wire::decode_legacy_push_json(std::move(body))
                  : wire::decode_push_json(std::move(body));
  }
  RETURN_IF_ERROR(charge_protobuf(request.memory, http::snappy_length(body)));
  return wire::decode_push_protobuf(std::move(body), ingest_.limits().max_decoded_bytes,
                                    label_texts_);
}

void PushApi::accept_push(http::Request& request, http::Response& response,
                          const Principal& principal, bool legacy) {
  auto decoded = decode_push(request, legacy);
  if (!decoded.ok()) {
    count_refused();
    send_error(response, {decoded.error().code, decoded.error().message + "\n"});
    return;
  }
  if (decoded->streams.empty()) {
    send_text(response, 422, "error at least one valid stream is required for ingestion\n");
    return;
  }
  const bool by_agent = request.headers.has(wire::kAgentReportHeader);
  const auto done =
      ingest_.accept(std::move(*decoded), Ingest::Format::kLoki, {by_agent, principal.source()});
  if (by_agent && done.kept_at_arrival > 0)
    response.set_header(wire::kKeptAtArrivalHeader, std::to_string(done.kept_at_arrival));
  if (!done.status.ok()) {
    const std::string refused = wire::encode_entry_ranges(done.refused);
    if (by_agent && !refused.empty()) response.set_header(wire::kRefusedHeader, refused);
    const Error& why = done.status.error();
    send_error(response, {why.code, why.message + "\n"});
    set_retry_after(response, done.retry_after);
  } else {
    response.status = 204;
  }
  reports_.take(request, principal.address, response);
}

}  // namespace logsvc::server
