// Reads Go's string literals.
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

// Reads the escape at text[at] (a backslash) and moves behind it; false if Go knows no such escape.
bool read_go_escape(std::string_view text, size_t& at, std::string& out);

// Reads "…" or `…` with its quotes; false if it is malformed.
bool unquote_go(std::string_view literal, std::string& out);

}  // namespace logsvc
