// Matches patterns of * and ?, as shells use them for names without a path.
#pragma once

#include <string_view>

namespace logsvc {

// Returns whether the pattern matches the whole text: * stands for any text, ? for any byte. It
// takes at most time proportional to the product of their lengths.
bool matches_wildcards(std::string_view text, std::string_view pattern);

}  // namespace logsvc
