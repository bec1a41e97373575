#include <algorithm>

#include "server/http/api.h"
#include "server/http/body_encoding.h"
#include "server/http/http_server.h"
#include "wire/push_json.h"
#include "wire/push_protobuf.h"

namespace logsvc::server {
namespace {

// The media type in lower case without parameters. Errors in Go's words.
Result<std::string> media_type(const std::string& header) {
  std::string type = header.substr(0, header.find(';'));
  std::erase_if(type, [](unsigned char c) { return c == ' ' || c == '\t'; });
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
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

void Api::push(const Request& request, Response& response) {
  accept_push(request, response, false);
}
void Api::legacy_push(const Request& request, Response& response) {
  accept_push(request, response, true);
}

Result<Batch> Api::decode_push(const Request& request, bool legacy) {
  ASSIGN_OR_RETURN(const std::string type,
                   media_type(request.get_header_value(kContentTypeHeader)));
  ASSIGN_OR_RETURN(std::string body,
                   decode_body(request.body, request.get_header_value(kContentEncodingHeader),
                               info_.limits.max_decoded_bytes));
  if (type == "application/json") {
    return legacy ? wire::decode_legacy_push_json(std::move(body))
                  : wire::decode_push_json(std::move(body));
  }
  return wire::decode_push_protobuf(body, info_.limits.max_decoded_bytes, label_texts_);
}

// Decode → limits → durable → live readers → 204.
void Api::accept_push(const Request& request, Response& response, bool legacy) {
  auto decoded = decode_push(request, legacy);
  if (!decoded.ok()) {
    metrics_.counter("logsvc_push_refused_total", "Pushes that could not be read").add();
    send_error(response, {decoded.error().code, decoded.error().message + "\n"});
    return;
  }
  if (decoded->streams.empty()) {
    send_text(response, 422, "error at least one valid stream is required for ingestion\n");
    return;
  }
  for (StreamEntries& s : decoded->streams) {
    if (s.labels.empty()) s.labels = LabelSet::from({{"service_name", "unknown_service"}});
  }
  const std::string faults = enforce_limits(*decoded, info_.limits, clock_.now(), metrics_);
  const auto batch = std::make_shared<const Batch>(std::move(*decoded));
  uint64_t lines = 0, bytes = 0;
  for (const StreamEntries& s : batch->streams) {
    lines += s.entries.size();
    for (const Entry& e : s.entries) bytes += e.line.size();
  }
  if (lines > 0) {
    if (const Status stored = store_.append(batch); !stored.ok()) {
      diagnostics_.error("server", "cannot store a push", {{"why", stored.error().message}});
      send_error(response, {stored.error().code == ErrorCode::kIo ? ErrorCode::kUnavailable
                                                                  : stored.error().code,
                            stored.error().message + "\n"});
      return;
    }
    lines_received_.add(lines);
    bytes_received_.add(bytes);
    tail_.hub().publish(batch);
  }
  if (!faults.empty()) {
    diagnostics_.warn("server", "left out entries of a push", {{"why", faults.substr(0, 300)}});
    send_error(response, invalid(faults + "\n"));
    return;
  }
  response.status = 204;
}

}  // namespace logsvc::server
