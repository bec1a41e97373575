#include "extract/json_string.h"

#include "base/unicode_escape.h"
#include "base/utf8.h"

namespace logsvc::extract {
bool unescape_json(std::string_view s, std::string& out, bool keep_lone_surrogates) {
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\\') {
      out += s[i];
      continue;
    }
    if (++i == s.size()) return false;
    if (const size_t n = kNames.find(s[i]); n != std::string_view::npos) {
      out += kValues[n];
      continue;
    }
    const UnicodeEscape escape = read_unicode_escape(s.substr(i - 1));
    if (escape.length == 0 || (escape.half && !keep_lone_surrogates)) return false;
    append_utf8(out, escape.rune);
    i += escape.length - 2;
  }
  return true;
}

size_t json_string_end(std::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

size_t json_block_end(std::string_view text, size_t at) {
  const char open = text[at], close = open == '{' ? '}' : ']';
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = json_string_end(text, at);
      continue;
    }
    ++at;
    if (c == open) ++depth;
    if (c == close && --depth == 0) return at;
  }
  return std::string_view::npos;
}

void blank_out_bad_runes(std::string& value) {
  static constexpr std::string_view kBad = "\xEF\xBF\xBD";
  if (!is_utf8(value)) value = repair_utf8(value);
  if (value.find(kBad) == std::string::npos) return;
  std::string out;
  for (size_t at = 0; at < value.size();) {
    const bool bad = std::string_view(value).substr(at).starts_with(kBad);
    out += bad ? ' ' : value[at];
    at += bad ? kBad.size() : 1;
  }
  value = std::move(out);
}

}  // namespace logsvc::extract
