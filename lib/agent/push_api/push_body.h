// What a push carries: entries in streams, or plain lines. Everything of it is bounded.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "http/message.h"
#include "model/entry.h"

namespace logsvc::agent {

inline constexpr uint64_t kMaxPushBytes = 16u << 20;      // of a body as it comes
inline constexpr uint64_t kMaxUnpackedBytes = 16u << 20;  // of what it unpacks to
inline constexpr uint64_t kMaxPushMemory = 256u << 20;    // of all pushes together, being decoded
inline constexpr size_t kMaxPushStreams = 10'000;
inline constexpr size_t kMaxPushLabels = 128;  // of a stream

// The body, JSON or protobuf by its Content-Type, packed as Content-Encoding says; the request
// gives it away. kInvalid: it cannot be read, kTooLarge: it goes over a bound, kUnavailable: too
// many are decoded at once.
Result<Batch> decode_push(http::Request& request);

// The text of a raw push, unpacked. Errors as above, but for what is inside.
Result<std::string> decode_raw_push(http::Request& request);

}  // namespace logsvc::agent
