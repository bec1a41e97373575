// What readers of bytes from disk say and refuse.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace logsvc::store {

// A reader refuses frames that claim to be larger, before it reserves memory.
inline constexpr uint64_t kMaxFrameBytes = 1u << 30;

inline Error corrupt(const std::string& what) { return {ErrorCode::kCorrupt, what}; }

}  // namespace logsvc::store
