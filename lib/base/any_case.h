// Compares ASCII letters regardless of case. Other bytes must be equal.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace logsvc {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

inline std::string ascii_lowered(std::string text) {
  for (char& c : text) c = ascii_lower(c);
  return text;
}
// Returns whether the two letters are the same regardless of case.
inline bool same_any_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

// The second text of each is in lower case.
inline bool equals_any_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char c, char wanted) { return ascii_lower(c) == wanted; });
}
// Returns the first place; npos if there is none.
size_t find_any_case(std::string_view text, std::string_view lower);

}  // namespace logsvc
