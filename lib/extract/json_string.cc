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
