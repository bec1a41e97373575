// Reads and writes UTF-8, as Unicode defines it (no surrogates, no overlong forms).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logsvc {

// Returns the length of the valid sequence at the start of s (1 to 4); 0 if there is none.
size_t utf8_length(std::string_view s);
bool is_utf8(std::string_view s);
// Returns the rune at the start of s, which must not be empty, and its length; a byte that is not
// UTF-8 gives U+FFFD and 1.
uint32_t first_rune(std::string_view s, size_t& length);
// Appends a code point, which must be valid.
void append_utf8(std::string& out, uint32_t rune);
// Returns the longest prefix of at most max_bytes that does not end inside a character, as far as
// the text is UTF-8.
std::string_view cut_utf8(std::string_view text, size_t max_bytes);
// Replaces every byte that is not part of a valid sequence by `replacement` (U+FFFD).
std::string repair_utf8(std::string_view text, std::string_view replacement = "\xEF\xBF\xBD");

}  // namespace logsvc
