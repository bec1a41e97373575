#include "agent/push_api/push_body.h"

#include <memory>

#include "http/body_encoding.h"
#include "http/decode_cost.h"
#include "wire/push_json.h"
#include "wire/push_protobuf.h"

namespace logsvc::agent {
namespace {

Result<std::string> unpacked(http::Request& request) {
  return http::decode_body(std::move(request.body), request.header("Content-Encoding"),
                           kMaxUnpackedBytes, request.memory);
}

using Charge = Status (*)(http::MemoryLease& memory, std::string_view body);

Status charge_protobuf(http::MemoryLease& memory, std::string_view body) {
  const uint64_t length = http::snappy_length(body);
  if (length > kMaxUnpackedBytes) return {};  // refused before it takes any memory
  return http::charge_protobuf(memory, length);
}

// Charges for a body before it is decoded. A body that would not fit alone must not be pushed again
// and again.
Status charge(Charge charge_body, http::MemoryLease& memory, std::string_view body) {
  const Status now = charge_body(memory, body);
  if (now.ok() || now.error().code != ErrorCode::kUnavailable) return now;
  http::MemoryLease alone(std::make_shared<http::MemoryBudget>(kMaxPushMemory));
  if (alone.grow(kMaxPushBytes + kMaxUnpackedBytes) && charge_body(alone, body).ok()) return now;
  return Error{ErrorCode::kTooLarge, "the push takes too much memory to decode; push less at once"};
}

Result<Batch> decode_streams(http::Request& request) {
  const std::string type = http::media_type_of(request.header("Content-Type"));
  if (type.empty())
    return invalid("Content-Type missing: application/json or application/x-protobuf");
  ASSIGN_OR_RETURN(std::string body, unpacked(request));
  if (type == "application/json") {
    RETURN_IF_ERROR(charge(http::charge_json, request.memory, body));
    return wire::decode_push_json(std::move(body));
  }
  RETURN_IF_ERROR(charge(charge_protobuf, request.memory, body));
  wire::LabelTextCache labels;  // only for this push: peers choose what would be kept
  return wire::decode_push_protobuf(std::move(body), kMaxUnpackedBytes, labels);
}

}  // namespace

Result<Batch> decode_push(http::Request& request) {
  ASSIGN_OR_RETURN(Batch batch, decode_streams(request));
  if (batch.streams.size() > kMaxPushStreams) {
    return Error{ErrorCode::kTooLarge, "a push of " + std::to_string(batch.streams.size()) +
                                           " streams; at most " + std::to_string(kMaxPushStreams) +
                                           " are taken at once"};
  }
  for (size_t i = 0; i < batch.streams.size(); ++i) {
    const size_t labels = batch.streams[i].labels.labels().size();
    if (labels > kMaxPushLabels) {
      return invalid("stream " + std::to_string(i) + " has " + std::to_string(labels) +
                     " labels; at most " + std::to_string(kMaxPushLabels) + " are taken");
    }
  }
  return batch;
}

Result<std::string> decode_raw_push(http::Request& request) { return unpacked(request); }

}  // namespace logsvc::agent
