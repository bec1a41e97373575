// OpenTelemetry's ExportLogsServiceRequest, as protobuf and as OTLP/JSON, mapped to streams and
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
  // What the decoded batch may hold; attributes of a resource are repeated in each of its entries.
  uint64_t max_batch_bytes = 512u << 20;
  // Stream labels that name the service if service.name does not: the one whose attribute comes
  // first. Borrowed; none: not looked for.
  std::span<const std::string_view> service_labels = {};
};

// now: the time of records that have none. kInvalid if the body cannot be read, kTooLarge over a
// limit; nothing of such a request is used.
Result<Batch> decode_otlp_protobuf(std::string body, Timestamp now, const OtlpLimits& limits);
Result<Batch> decode_otlp_json(std::string body, Timestamp now, const OtlpLimits& limits);

// google.rpc.Status with this message: how OTLP answers errors.
std::string encode_rpc_status(const std::string& message);

}  // namespace logsvc::wire
