// Maps OpenTelemetry's ExportLogsServiceRequest, as protobuf or OTLP/JSON, to streams and
// structured metadata as Loki does it: some resource attributes become stream labels, everything
// else becomes metadata of each entry.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/entry.h"

namespace logsvc::wire {

struct OtlpLimits {
  // The most that the decoded batch may hold; a resource's attributes are repeated in each of its
  // entries.
  uint64_t max_batch_bytes = 512u << 20;
  // Stream labels that name the service if service.name does not: the one whose attribute comes
  // first. Borrowed; if there are none, nothing is looked for.
  std::span<const std::string_view> service_labels = {};
};

// now is the time of records that have none. kInvalid if the body cannot be parsed, kTooLarge over
// a limit; nothing of such a request is used.
Result<Batch> decode_otlp_protobuf(std::string body, Timestamp now, const OtlpLimits& limits);
Result<Batch> decode_otlp_json(std::string body, Timestamp now, const OtlpLimits& limits);

// Encodes google.rpc.Status with this message: OTLP answers errors that way.
std::string encode_rpc_status(const std::string& message);

}  // namespace logsvc::wire
