// Gets unpredictable bytes from the operating system.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace logsvc::tmpl {

Result<std::string> random_bytes(size_t count);

// Returns 0 … bound - 1, all equally likely. The bound must not be 0.
Result<uint64_t> random_below(uint64_t bound);

}  // namespace logsvc::tmpl
