// %41 and the like, as in URLs and forms. Pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

// %XX for everything but letters, digits and -_.~
std::string percent_encode(std::string_view text);

// %40 → @; what is no escape stays as it is.
std::string percent_decode(std::string_view text);

}  // namespace logsvc
