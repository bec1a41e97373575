// Encodes and decodes %41 and the like, as in URLs and forms. The functions are pure and safe from
// any thread.
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

// Writes everything but letters, digits and -_.~ as %XX.
std::string percent_encode(std::string_view text);

// Turns %40 into @; an invalid escape is kept as it is.
std::string percent_decode(std::string_view text);

}  // namespace logsvc
