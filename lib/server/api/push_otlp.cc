#include "http/body_encoding.h"
#include "http/decode_cost.h"
#include "server/api/push_api.h"
#include "server/ingest/service_name.h"
#include "server/transport/reply.h"
#include "wire/otlp.h"

namespace logsvc::server {
namespace {

// OTLP expects errors as a protobuf message, even in answer to JSON; clients retry after 503 but
// not 500.
void send_otlp_error(http::Response& response, const Error& error) {
  send_error(response, error);
  if (response.status == 500) response.status = 503;
  response.set_body(wire::encode_rpc_status(error.message), "application/octet-stream");
}

}  // namespace

Result<Batch> PushApi::decode_otlp(http::Request& request) {
  const std::string header = request.header("Content-Type");
  const std::string type = http::media_type_of(header);
  if (type != "application/x-protobuf" && type != "application/json") {
    return invalid("content type: " + header + " is not supported");
  }
  const std::string encoding = request.header("Content-Encoding");
  if (!encoding.empty() && encoding != "gzip" && encoding != "zstd" && encoding != "identity") {
    return invalid("unsupported content encoding " + encoding +
                   ": only gzip and zstd are supported");
  }
  const uint64_t most = ingest_.limits().max_decoded_bytes;
  ASSIGN_OR_RETURN(std::string body,
                   decode_body(std::move(request.body), encoding, most, request.memory));
  RETURN_IF_ERROR(type == "application/json" ? charge_json(request.memory, body)
                                             : charge_protobuf(request.memory, body.size()));
  const bool discover = ingest_.limits().discover_service_name;
  const wire::OtlpLimits limits{most,
                                discover ? service_labels() : std::span<const std::string_view>()};
  return type == "application/json"
             ? wire::decode_otlp_json(std::move(body), clock_.now(), limits)
             : wire::decode_otlp_protobuf(std::move(body), clock_.now(), limits);
}

void PushApi::otlp_logs(http::Request& request, http::Response& response,
                        const Principal& principal) {
  auto decoded = decode_otlp(request);
  if (!decoded.ok()) {
    count_refused();
    return send_otlp_error(response, decoded.error());
  }
  const auto done =
      ingest_.accept(std::move(*decoded), Ingest::Format::kOtlp, {false, principal.source()});
  if (!done.status.ok()) {
    send_otlp_error(response, done.status.error());
    return set_retry_after(response, done.retry_after);
  }
  response.status = 204;
  reports_.take(request, principal.address, response);
}

}  // namespace logsvc::server
