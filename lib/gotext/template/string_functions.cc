// Defines text functions for templates. Which argument is the subject follows Loki: the first for
// the old capitalised names, the last for sprig's.
#include <algorithm>

#include "base/base64.h"
#include "base/utf8.h"
#include "gotext/regex/go_regex.h"
#include "gotext/template/base_encodings.h"
#include "gotext/template/functions.h"
#include "gotext/template/json_value.h"
#include "gotext/unicode.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kString = Parameter::kString;
constexpr Parameter kInt = Parameter::kInt;

std::string_view text(const Value& v) { return *v.text(); }
int64_t number(const Value& v) { return v.as<Integer>()->number; }

Error too_long() { return invalid("the result is too long"); }

// ---- trimming ----

// These return the length of the runes at the start (end) of s that are in the set.
size_t leading(std::string_view s, std::string_view set) {
  size_t n = 0;
  while (n < s.size()) {
    const size_t length = std::max<size_t>(1, utf8_length(s.substr(n)));
    if (set.find(s.substr(n, length)) == std::string_view::npos) break;
    n += length;
  }
  return n;
}
size_t trailing(std::string_view s, std::string_view set) {
  size_t end = s.size();
  while (end > 0) {
    size_t start = end - 1;
    while (start > 0 && end - start < 4 && (static_cast<unsigned char>(s[start]) & 0xC0) == 0x80) {
      --start;
    }
    if (set.find(s.substr(start, end - start)) == std::string_view::npos) break;
    end = start;
  }
  return s.size() - end;
}
std::string_view trimmed(std::string_view s, std::string_view set) {
  s.remove_prefix(leading(s, set));
  s.remove_suffix(trailing(s, set));
  return s;
}
constexpr std::string_view kSpaces =
    " \t\n\v\f\r\xC2\x85\xC2\xA0\xE1\x9A\x80\xE2\x80\x80\xE2\x80\x81\xE2\x80\x82\xE2\x80\x83"
    "\xE2\x80\x84\xE2\x80\x85\xE2\x80\x86\xE2\x80\x87\xE2\x80\x88\xE2\x80\x89\xE2\x80\x8A"
    "\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAF\xE2\x81\x9F\xE3\x80\x80";

std::string_view without_prefix(std::string_view s, std::string_view prefix) {
  return s.starts_with(prefix) ? s.substr(prefix.size()) : s;
}
std::string_view without_suffix(std::string_view s, std::string_view suffix) {
  return s.ends_with(suffix) ? s.substr(0, s.size() - suffix.size()) : s;
}

Outcome trim_cut(Context&, Arguments a) { return Value::string(trimmed(text(a[0]), text(a[1]))); }
Outcome trim_left(Context&, Arguments a) {
  return Value::string(text(a[0]).substr(leading(text(a[0]), text(a[1]))));
}
Outcome trim_right(Context&, Arguments a) {
  const std::string_view s = text(a[0]);
  return Value::string(s.substr(0, s.size() - trailing(s, text(a[1]))));
}
Outcome trim_prefix_first(Context&, Arguments a) {
  return Value::string(without_prefix(text(a[0]), text(a[1])));
}
Outcome trim_suffix_first(Context&, Arguments a) {
  return Value::string(without_suffix(text(a[0]), text(a[1])));
}
Outcome trim_space(Context&, Arguments a) { return Value::string(trimmed(text(a[0]), kSpaces)); }
Outcome trim_all(Context&, Arguments a) { return Value::string(trimmed(text(a[1]), text(a[0]))); }
Outcome trim_prefix(Context&, Arguments a) {
  return Value::string(without_prefix(text(a[1]), text(a[0])));
}
Outcome trim_suffix(Context&, Arguments a) {
  return Value::string(without_suffix(text(a[1]), text(a[0])));
}

// ---- replacing ----

// Replaces the first `most` occurrences, all if negative; an empty `old` stands before each rune.
Outcome replaced(std::string_view s, std::string_view old, std::string_view with, int64_t most) {
  std::string out;
  size_t at = 0;
  for (int64_t n = 0; most < 0 || n < most; ++n) {
    if (out.size() > kMaxOutputBytes) return too_long();
    if (old.empty()) {
      if (n > 0) {
        if (at >= s.size()) break;
        const size_t length = std::max<size_t>(1, utf8_length(s.substr(at)));
        out += s.substr(at, length);
        at += length;
      }
      out += with;
      continue;
    }
    const size_t found = s.find(old, at);
    if (found == std::string_view::npos) break;
    out += s.substr(at, found - at);
    out += with;
    at = found + old.size();
  }
  out += s.substr(at);
  return Value(std::move(out));
}
Outcome replace_first(Context&, Arguments a) {
  return replaced(text(a[0]), text(a[1]), text(a[2]), number(a[3]));
}
Outcome replace(Context&, Arguments a) { return replaced(text(a[2]), text(a[0]), text(a[1]), -1); }

Outcome regex_replaced(Context& context, Arguments a, bool literal) {
  ASSIGN_OR_RETURN(const GoRegex* regex, context.regex(*a[0].text()));
  return Value(regex->replace_all(text(a[1]), text(a[2]), literal, context.cancellation));
}
Outcome regex_replace(Context& context, Arguments a) { return regex_replaced(context, a, false); }
Outcome regex_replace_literal(Context& context, Arguments a) {
  return regex_replaced(context, a, true);
}
Outcome regex_count(Context& context, Arguments a) {
  ASSIGN_OR_RETURN(const GoRegex* regex, context.regex(*a[0].text()));
  return Value::integer(static_cast<int64_t>(regex->count(text(a[1]), context.cancellation)));
}

// ---- cutting and padding ----

Outcome trunc(Context&, Arguments a) {
  const std::string_view s = text(a[1]);
  const int64_t n = number(a[0]);
  const auto size = static_cast<int64_t>(s.size());
  if (n >= 0) return Value::string(n < size ? s.substr(0, static_cast<size_t>(n)) : s);
  return Value::string(size + n > 0 ? s.substr(static_cast<size_t>(size + n)) : s);
}

Outcome substr(Context&, Arguments a) {
  const std::string_view s = text(a[2]);
  const auto size = static_cast<int64_t>(s.size());
  int64_t from = number(a[0]), to = number(a[1]);
  const auto bounds = [](const std::string& shown) {
    return invalid("runtime error: slice bounds out of range [" + shown + "]");
  };
  if (from < 0) {
    if (to < 0 || to > size) return bounds(":" + std::to_string(to));
    from = 0;
  } else if (to < 0 || to > size) {
    to = size;
  }
  if (from > to) {
    return bounds(std::to_string(from) + ":" + std::to_string(to));
  }
  return Value::string(s.substr(static_cast<size_t>(from), static_cast<size_t>(to - from)));
}

// Returns the bytes of the first n runes.
size_t rune_bytes(std::string_view s, size_t n) {
  size_t at = 0;
  for (; n > 0 && at < s.size(); --n) at += std::max<size_t>(1, utf8_length(s.substr(at)));
  return at;
}

Outcome aligned(Arguments a, bool left) {
  const std::string_view s = text(a[1]);
  if (number(a[0]) < 0) return a[1];
  const auto wanted = static_cast<uint64_t>(number(a[0]));
  if (wanted > kMaxOutputBytes) return too_long();
  const size_t have = count_runes(s);
  if (have > wanted) {
    return Value::string(left ? s.substr(0, rune_bytes(s, wanted))
                              : s.substr(rune_bytes(s, have - wanted)));
  }
  const std::string pad(wanted - have, ' ');
  return Value(left ? std::string(s) + pad : pad + std::string(s));
}
Outcome align_left(Context&, Arguments a) { return aligned(a, true); }
Outcome align_right(Context&, Arguments a) { return aligned(a, false); }

Outcome indent(Context&, Arguments a) {
  if (number(a[0]) < 0) return invalid("strings: negative Repeat count");
  const auto width = static_cast<uint64_t>(number(a[0]));
  if (width > kMaxOutputBytes) return too_long();
  const std::string pad(width, ' ');
  return replaced(pad + std::string(text(a[1])), "\n", "\n" + pad, -1);
}
Outcome nindent(Context& context, Arguments a) {
  ASSIGN_OR_RETURN(const Value indented, indent(context, a));
  return Value("\n" + *indented.text());
}

Outcome repeat(Context&, Arguments a) {
  const int64_t n = number(a[0]);
  if (n < 0) return invalid("strings: negative Repeat count");
  const std::string_view s = text(a[1]);
  if (!s.empty() && static_cast<uint64_t>(n) > kMaxOutputBytes / s.size()) return too_long();
  std::string out;
  if (!s.empty()) {
    for (int64_t i = 0; i < n; ++i) out += s;
  }
  return Value(std::move(out));
}

// ---- asking ----

Outcome contains(Context&, Arguments a) {
  return Value(text(a[1]).find(text(a[0])) != std::string_view::npos);
}
Outcome has_prefix(Context&, Arguments a) { return Value(text(a[1]).starts_with(text(a[0]))); }
Outcome has_suffix(Context&, Arguments a) { return Value(text(a[1]).ends_with(text(a[0]))); }
Outcome default_value(Context&, Arguments a) {
  return a.size() < 2 || !a[1].is_true() ? a[0] : a[1];
}

// ---- encodings ----

Outcome b64enc(Context&, Arguments a) { return Value(encode_base64(text(a[0]))); }
// Returns the error as the result for bad input.
Outcome b64dec(Context&, Arguments a) {
  const auto out = decode_base64(text(a[0]));
  return Value(out.ok() ? *out : out.error().message);
}

Outcome urlencode(Context&, Arguments a) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text(a[0])) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '_' ||
        c == '.' || c == '~') {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return Value(std::move(out));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = static_cast<char>(c | 32);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

Outcome urldecode(Context&, Arguments a) {
  const std::string_view s = text(a[0]);
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '+') {
      out += ' ';
    } else if (s[i] == '%') {
      if (i + 2 >= s.size() || hex_digit(s[i + 1]) < 0 || hex_digit(s[i + 2]) < 0) {
        return invalid("invalid URL escape " + quote(s.substr(i, 3)));
      }
      out += static_cast<char>(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));
      i += 2;
    } else {
      out += s[i];
    }
  }
  return Value(std::move(out));
}

Outcome lower(Context&, Arguments a) { return Value(to_lower(text(a[0]))); }
Outcome upper(Context&, Arguments a) { return Value(to_upper(text(a[0]))); }
Outcome title(Context&, Arguments a) { return Value(to_title(text(a[0]))); }
Outcome from_json(Context&, Arguments a) { return parse_json_value(text(a[0])); }
Outcome entry_line(Context& context, Arguments) { return Value::string(context.line); }

const Function kFunctions[] = {
    {"__line__", {}, false, entry_line},
    {"ToLower", {kString}, false, lower},
    {"ToUpper", {kString}, false, upper},
    {"lower", {kString}, false, lower},
    {"upper", {kString}, false, upper},
    {"title", {kString}, false, title},
    {"Replace", {kString, kString, kString, kInt}, false, replace_first},
    {"replace", {kString, kString, kString}, false, replace},
    {"Trim", {kString, kString}, false, trim_cut},
    {"TrimLeft", {kString, kString}, false, trim_left},
    {"TrimRight", {kString, kString}, false, trim_right},
    {"TrimPrefix", {kString, kString}, false, trim_prefix_first},
    {"TrimSuffix", {kString, kString}, false, trim_suffix_first},
    {"TrimSpace", {kString}, false, trim_space},
    {"trim", {kString}, false, trim_space},
    {"trimAll", {kString, kString}, false, trim_all},
    {"trimPrefix", {kString, kString}, false, trim_prefix},
    {"trimSuffix", {kString, kString}, false, trim_suffix},
    {"trunc", {kInt, kString}, false, trunc},
    {"substr", {kInt, kInt, kString}, false, substr},
    {"alignLeft", {kInt, kString}, false, align_left},
    {"alignRight", {kInt, kString}, false, align_right},
    {"indent", {kInt, kString}, false, indent},
    {"nindent", {kInt, kString}, false, nindent},
    {"repeat", {kInt, kString}, false, repeat},
    {"contains", {kString, kString}, false, contains},
    {"hasPrefix", {kString, kString}, false, has_prefix},
    {"hasSuffix", {kString, kString}, false, has_suffix},
    {"regexReplaceAll", {kString, kString, kString}, false, regex_replace},
    {"regexReplaceAllLiteral", {kString, kString, kString}, false, regex_replace_literal},
    {"count", {kString, kString}, false, regex_count},
    {"b64enc", {kString}, false, b64enc},
    {"b64dec", {kString}, false, b64dec},
    {"urlencode", {kString}, false, urlencode},
    {"urldecode", {kString}, false, urldecode},
    {"fromJson", {kString}, false, from_json},
    {"default", {Parameter::kAny, Parameter::kAny}, true, default_value},
};

}  // namespace

std::span<const Function> string_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
