// What decoding a push may take in memory, charged before it is done.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "http/memory_budget.h"

namespace logsvc::http {

// text: the JSON, unpacked. kTooLarge if it alone would take more than any push may, kUnavailable
// if the budget does not have as much now.
Status charge_json(MemoryLease& memory, std::string_view text);
// bytes: of the protobuf message, unpacked.
Status charge_protobuf(MemoryLease& memory, uint64_t bytes);
// What a snappy block says that it unpacks to; 0 if it says nothing.
uint64_t snappy_length(std::string_view block);

}  // namespace logsvc::http
