// Charges the memory that decoding a push may take before it is decoded.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "http/memory_budget.h"

namespace logsvc::http {

// text is the JSON, unpacked. kTooLarge if it alone would take more than any push may, kUnavailable
// if the budget does not have that much now.
Status charge_json(MemoryLease& memory, std::string_view text);
// bytes is the size of the protobuf message, unpacked.
Status charge_protobuf(MemoryLease& memory, uint64_t bytes);
// Returns the unpacked size that a snappy block states; 0 if it states none.
uint64_t snappy_length(std::string_view block);

}  // namespace logsvc::http
