// Unpacks bodies of answers that come as gzip. Safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::net {

// kUnavailable if the bytes are not gzip, are cut short, or unpack to more than max_bytes.
Result<std::string> gunzip(std::string_view bytes, size_t max_bytes);

}  // namespace logsvc::net
