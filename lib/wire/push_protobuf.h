// Loki's push body as snappy-compressed protobuf (logproto.PushRequest), both ways.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/entry.h"
#include "wire/label_text_cache.h"

namespace logsvc::wire {

// body is one snappy block. max_decoded_bytes is checked against the declared length before memory
// is reserved. The body stays with the batch as its packed text. kInvalid with Loki's texts:
// "snappy: corrupt input", "unexpected EOF", "couldn't parse labels: …"; nothing of a request with
// one unparsable label string is used.
Result<Batch> decode_push_protobuf(std::string body, uint64_t max_decoded_bytes,
                                   LabelTextCache& labels);
// Does the same without snappy. The decoded text becomes part of the batch. kTooLarge if the batch
// would take more than max_batch_bytes.
Result<Batch> decode_push_message(std::string message, LabelTextCache& labels,
                                  uint64_t max_batch_bytes = 1u << 30);

// Encodes what decode_push_protobuf reads.
std::string encode_push_protobuf(const std::vector<StreamEntries>& streams);

}  // namespace logsvc::wire
