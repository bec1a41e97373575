// Terminal escape sequences (colours, cursor, window title).
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

// Cheap: whether the text may hold any.
bool has_ansi(std::string_view text);
// Without them; what Loki and Promtail call decolorize.
std::string strip_ansi(std::string_view text);

}  // namespace logsvc
