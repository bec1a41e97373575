#include "masking/number.h"

#include <algorithm>

#include "base/any_case.h"

namespace logsvc::masking {
namespace {

constexpr std::string_view kEscapedHyphen = "\\u002d";

char at_or_nul(std::string_view text, size_t at) { return at < text.size() ? text[at] : '\0'; }

}  // namespace

size_t next_group(std::string_view text, size_t at, char& separator) {
  const char c = at_or_nul(text, at);
  if (c != '-' && c != ' ' && c != '.' && c != ')' && c != '(' && c != '\\') return 0;
  if (c == '\\') {
    if (!equals_any_case(text.substr(at, kEscapedHyphen.size()), kEscapedHyphen)) return 0;
    separator = '-';
    at += kEscapedHyphen.size();
    return is_digit(at_or_nul(text, at)) ? at : 0;
  }
  separator = c;
  ++at;
  const char next = at_or_nul(text, at);
  if (is_digit(next)) return at;
  // "(02) 123", "(02)-123", "+82 (0)10": brackets come with one more.
  const bool closing = c == ')' && (next == ' ' || next == '-');
  const bool opening = (c == ' ' || c == '-') && next == '(';
  if (!closing && !opening) return 0;
  separator = closing ? ')' : '(';
  return is_digit(at_or_nul(text, at + 1)) ? at + 1 : 0;
}

size_t previous_group(std::string_view text, size_t at, size_t least) {
  constexpr std::string_view kLast = "-. )(dD";
  if (at <= least || kLast.find(text[at - 1]) == std::string_view::npos) return at;
  // A separator takes one or two characters, or is an escaped hyphen.
  for (const size_t length : {size_t{1}, size_t{2}, kEscapedHyphen.size()}) {
    if (at < least + length + 1 || !is_digit(text[at - length - 1])) continue;
    char separator = 0;
    if (next_group(text, at - length, separator) != at) continue;
    size_t begin = at - length - 1;
    while (begin > least && is_digit(text[begin - 1])) --begin;
    return begin;
  }
  return at;
}

Number Number::read(std::string_view text, size_t begin) {
  Number out;
  out.text = text;
  out.before = edge_before(text, begin);
  size_t digits = 0;
  char separator = 0;
  while (out.count < kMostGroups) {
    size_t end = begin;
    while (end < text.size() && is_digit(text[end]) && end - begin <= kMostDigits) ++end;
    if (digits + (end - begin) > kMostDigits) break;
    std::copy_n(text.data() + begin, end - begin, out.digits.data() + digits);
    digits += end - begin;
    out.groups[out.count++] = {begin, end, separator};
    begin = next_group(text, end, separator);
    if (begin == 0) break;
  }
  return out;
}

size_t Number::digits_in(size_t groups_taken) const {
  size_t out = 0;
  for (size_t i = 0; i < groups_taken; ++i) out += groups[i].size();
  return out;
}

bool Number::has_sizes(std::initializer_list<uint8_t> sizes) const {
  return count >= sizes.size() &&
         std::equal(sizes.begin(), sizes.end(), groups.begin(),
                    [](uint8_t size, const Group& group) { return group.size() == size; });
}

bool Number::separated_by(size_t groups_taken, std::string_view allowed) const {
  for (size_t i = 1; i < groups_taken; ++i) {
    if (allowed.find(groups[i].separator) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace logsvc::masking
