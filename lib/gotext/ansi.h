// Finds and removes terminal escape sequences (colours, cursor, window title).
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

// Returns cheaply whether the text may contain any.
bool has_ansi(std::string_view text);
// Removes them, as what Loki and Promtail call decolorize does.
std::string strip_ansi(std::string_view text);

}  // namespace logsvc
