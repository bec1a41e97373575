// Turns letters into upper and lower case by Unicode's simple mappings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logsvc {

uint32_t lower_rune(uint32_t rune);
uint32_t upper_rune(uint32_t rune);

// These follow Go's package unicode: IsSpace, IsLetter, IsNumber, IsPunct (which excludes
// $+<=>^`|~).
bool is_space(uint32_t rune);
bool is_letter(uint32_t rune);
bool is_number(uint32_t rune);
bool is_punctuation(uint32_t rune);

size_t count_runes(std::string_view s);

// Invalid UTF-8 becomes U+FFFD, as Go's strings.Map makes it.
std::string to_lower(std::string_view s);
std::string to_upper(std::string_view s);
// Puts the first letter of every word in upper case, as Go's strings.Title.
std::string to_title(std::string_view s);

}  // namespace logsvc
