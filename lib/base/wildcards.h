// Patterns of * and ?, as shells have them for names without a path.
#pragma once

#include <string_view>

namespace logsvc {

// Whether the pattern is all of the text: * stands for any text, ? for any byte. Takes time of
// their product at most.
bool matches_wildcards(std::string_view text, std::string_view pattern);

}  // namespace logsvc
