// Letters in upper and lower case, as Unicode's simple mappings have them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logsvc {

uint32_t lower_rune(uint32_t rune);
uint32_t upper_rune(uint32_t rune);

// As Go's package unicode: IsSpace, IsLetter, IsNumber, IsPunct (which has no $+<=>^`|~).
bool is_space(uint32_t rune);
bool is_letter(uint32_t rune);
bool is_number(uint32_t rune);
bool is_punctuation(uint32_t rune);

size_t count_runes(std::string_view s);

// Bytes that are no UTF-8 become U+FFFD, as Go's strings.Map makes them.
std::string to_lower(std::string_view s);
std::string to_upper(std::string_view s);
// The first letter of every word in upper case, as Go's strings.Title.
std::string to_title(std::string_view s);

}  // namespace logsvc
