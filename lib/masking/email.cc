#include <algorithm>

#include "masking/detectors.h"

namespace logsvc::masking {
namespace {

constexpr size_t kLongestLocal = 64, kLongestDomain = 253, kLongestLabel = 63;

bool is_local(char c) { return is_word(c) || c == '.' || c == '+' || c == '-' || c == '%'; }
bool is_label(char c) { return is_digit(c) || is_letter(c) || c == '-'; }

// Returns where the part before the @ begins; `at` if there is none.
size_t local_begin(std::string_view text, size_t at) {
  const size_t least = at > kLongestLocal ? at - kLongestLocal : 0;
  size_t begin = at;
  while (begin > least && is_local(text[begin - 1]) &&
         !(is_word(text[begin - 1]) && escape_ends_at(text, begin))) {
    --begin;
  }
  // A longer word is no address, but one that is written without a blank is.
  if (begin == least && begin > 0 && is_word(text[begin - 1]) && is_word(text[begin]) &&
      !escape_ends_at(text, begin)) {
    return at;
  }
  while (begin < at && (text[begin] == '.' || text[begin] == '-' || text[begin] == '%')) ++begin;
  return begin;
}

// Returns where the domain that begins at `at` ends; `at` if it is none. Its last label has letters
// alone, and a sentence may go on behind it: "x.com." and "x.com-010…" end behind "com".
size_t domain_end(std::string_view text, size_t at) {
  const size_t last = std::min(text.size(), at + kLongestDomain);
  size_t end = at;
  bool first = true;
  for (size_t begin = at;; first = false) {
    size_t label = begin, letters = begin;
    while (label < last && is_label(text[label])) ++label;
    while (letters < label && is_letter(text[letters])) ++letters;
    if (label == begin || text[begin] == '-' || label - begin > kLongestLabel) break;
    const bool punycode = text.substr(begin, label - begin).starts_with("xn--");
    const size_t top = punycode ? label : letters;
    const bool whole = top == label ? !(top < text.size() && is_word(text[top])) : text[top] == '-';
    if (!first && top - begin >= 2 && whole) end = top;
    if (label >= last || text[label] != '.') break;
    begin = label + 1;
  }
  return end;
}

}  // namespace

std::optional<Span> email_around(std::string_view text, size_t at, size_t length) {
  const size_t begin = local_begin(text, at);
  if (begin == at) return std::nullopt;
  const size_t end = domain_end(text, at + length);
  if (end == at + length) return std::nullopt;
  return Span{begin, end};
}

}  // namespace logsvc::masking
