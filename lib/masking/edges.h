// Where a number or word in a line begins and ends. A line may be JSON, or part of a URL, or
// coloured for a terminal: the n of "\n", the 2d of "\u002d", the 20 of "%20" and the m of a colour
// belong to an escape, not to the word behind them. All functions are pure and look at a few bytes.
#pragma once

#include <string_view>

namespace logsvc::masking {

// Stands for bytes that are hidden already, in a copy of a line; no detector takes it for anything.
inline constexpr char kHidden = '\x01';

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Bytes beyond ASCII are no part of a word: Korean particles follow numbers without a blank.
constexpr bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_'; }
constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

enum class Edge {
  kClear,   // a word of its own begins or ends here
  kHyphen,  // a hyphen joins it to letters, as in ORD-1234
  kJoined,  // it goes on: with letters or digits, or with a hyphen or dot and digits
};
Edge edge_before(std::string_view text, size_t at);
Edge edge_after(std::string_view text, size_t at);

// Returns whether an escape ends directly before `at`.
bool escape_ends_at(std::string_view text, size_t at);
// Returns the first digit, at or after `at`, that is no part of an escape; `at` is where a run of
// digits begins.
size_t skip_escape(std::string_view text, size_t at);
// Returns the length of "\u002b" or "%2b" before `at`; 0 if there is none.
size_t escaped_plus_before(std::string_view text, size_t at);

}  // namespace logsvc::masking
