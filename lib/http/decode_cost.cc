#include "http/decode_cost.h"

#include <algorithm>
#include <array>

namespace logsvc::http {
namespace {

constexpr uint64_t kMostBytes = 384u << 20;
constexpr uint64_t kSmallText = 1u << 20;  // smaller texts are not worth counting
constexpr uint64_t kSmallFactor = 4;
// The most that a reader and the batch hold for each value of the document.
constexpr uint16_t kListBytes = 150;    // for an entry
constexpr uint16_t kObjectBytes = 400;  // for a stream
constexpr uint16_t kMemberBytes = 32;
constexpr uint64_t kTextFactor = 2;  // for the text, and its copy in the batch
constexpr uint64_t kMessageFactor = 8;
constexpr uint64_t kMostOfMessage = 256u << 20;  // the reader refuses larger ones

// The cost of a value by the byte it begins with.
constexpr std::array<uint16_t, 256> kCosts = [] {
  std::array<uint16_t, 256> out{};
  out[','] = kMemberBytes;
  out['['] = kListBytes;
  out['{'] = kObjectBytes;
  return out;
}();

Status charge(MemoryLease& memory, uint64_t bytes) {
  if (memory.grow(bytes)) return {};
  return Error{ErrorCode::kUnavailable, "too many pushes are being decoded at once; try again"};
}

}  // namespace

Status charge_json(MemoryLease& memory, std::string_view text) {
  if (text.size() <= kSmallText) return charge(memory, kSmallFactor * text.size());
  uint64_t bytes = kTextFactor * text.size();
  for (const char c : text) bytes += kCosts[static_cast<unsigned char>(c)];
  if (bytes > kMostBytes) {
    return Error{ErrorCode::kTooLarge, "request body too large: it has too many values"};
  }
  return charge(memory, bytes);
}

Status charge_protobuf(MemoryLease& memory, uint64_t bytes) {
  if (bytes <= kSmallText) return charge(memory, kSmallFactor * bytes);
  return charge(memory, std::min(kMessageFactor * bytes, kMostOfMessage));
}

uint64_t snappy_length(std::string_view block) {
  uint64_t out = 0;
  for (size_t i = 0; i < block.size() && i < 5; ++i) {
    const auto byte = static_cast<unsigned char>(block[i]);
    out |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) return out;
  }
  return 0;
}

}  // namespace logsvc::http
