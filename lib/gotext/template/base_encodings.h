// Writes and reads bytes in base 32 with padding, as Go's StdEncoding does.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::tmpl {

std::string to_base32(std::string_view bytes);

// Skips line ends. Errors are Go's: illegal base32 data at input byte 4.
Result<std::string> from_base32(std::string_view text);

}  // namespace logsvc::tmpl
