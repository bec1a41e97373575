// Decodes a push: entries in streams, or plain lines. All sizes are limited.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "http/message.h"
#include "model/entry.h"

namespace logsvc::agent {

inline constexpr uint64_t kMaxPushBytes = 16u << 20;      // of a body as received
inline constexpr uint64_t kMaxUnpackedBytes = 16u << 20;  // of an unpacked body
inline constexpr uint64_t kMaxPushMemory = 256u << 20;    // for decoding all pushes together
inline constexpr size_t kMaxPushStreams = 10'000;
inline constexpr size_t kMaxPushLabels = 128;  // per stream

// Decodes the body, JSON or protobuf by its Content-Type, packed as Content-Encoding says, and
// takes it out of the request. Returns kInvalid if it cannot be read, kTooLarge if it exceeds a
// limit, kUnavailable if too many are decoded at once.
Result<Batch> decode_push(http::Request& request);

// Returns the text of a raw push, unpacked. Returns the same errors, but does not check the text.
Result<std::string> decode_raw_push(http::Request& request);

}  // namespace logsvc::agent
