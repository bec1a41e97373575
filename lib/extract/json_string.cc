#include "extract/json_string.h"

#include <cctype>
#include <cstdint>

#include "base/utf8.h"

namespace logsvc::extract {
namespace {

int hex4(std::string_view s) {
  if (s.size() < 4) return -1;
  int v = 0;
  for (size_t i = 0; i < 4; ++i) {
    const char c = s[i];
    if (!std::isxdigit(static_cast<unsigned char>(c))) return -1;
    v = v * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  }
  return v;
}

}  // namespace

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
    if (s[i] != 'u') return false;
    int code = hex4(s.substr(i + 1));
    if (code < 0) return false;
    i += 4;
    if (code >= 0xD800 && code < 0xE000) {
      const int low = s.substr(i + 1, 2) == "\\u" ? hex4(s.substr(i + 3)) : -1;
      if (code >= 0xDC00 || low < 0xDC00 || low > 0xDFFF) {
        if (!keep_lone_surrogates) return false;
        code = 0xFFFD;
      } else {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        i += 6;
      }
    }
    append_utf8(out, static_cast<uint32_t>(code));
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
