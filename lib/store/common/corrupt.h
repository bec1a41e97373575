// Makes the errors of readers of bytes from disk, and says what they refuse.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace logsvc::store {

// Readers refuse frames that claim to be larger, before they reserve memory.
inline constexpr uint64_t kMaxFrameBytes = 1u << 30;

inline Error corrupt(const std::string& what) { return {ErrorCode::kCorrupt, what}; }

}  // namespace logsvc::store
