#include "extract/json_write.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/utf8.h"

namespace logsvc::extract {

void append_json_string(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      const size_t length = utf8_length(text.substr(i));
      const std::string_view rune = text.substr(i, std::max<size_t>(1, length));
      if (length == 0) {
        out += "\\ufffd";
      } else if (rune == "\xE2\x80\xA8" || rune == "\xE2\x80\xA9") {
        out += rune == "\xE2\x80\xA8" ? "\\u2028" : "\\u2029";
      } else {
        out += rune;
      }
      i += rune.size();
      continue;
    }
    ++i;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n' || c == '\r' || c == '\t') {
      out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    } else if (c < ' ' || c == '<' || c == '>' || c == '&') {
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      out += static_cast<char>(c);
    }
  }
  out += '"';
}

void append_fixed_number(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += std::isnan(number) ? "NaN" : number < 0 ? "-Inf" : "+Inf";
    return;
  }
  // The shortest digits that give the same double, and where the point stands.
  char buffer[64];
  const auto [end, failure] =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  const size_t e = text.find('e');
  int exponent = 0;
  const char* from = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(from, end, exponent);
  std::string digits;
  for (const char c : text.substr(0, e)) {
    if (c >= '0' && c <= '9') digits += c;
  }
  if (text[0] == '-') out += '-';
  const int point = exponent + 1;  // digits in front of it
  if (point <= 0) {
    out += "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  } else if (static_cast<size_t>(point) >= digits.size()) {
    out += digits + std::string(static_cast<size_t>(point) - digits.size(), '0');
  } else {
    out += digits.substr(0, static_cast<size_t>(point)) + '.' +
           digits.substr(static_cast<size_t>(point));
  }
}

void append_json_number(double number, std::string& out) {
  const double size = std::fabs(number);
  if (!std::isfinite(number)) {
    out += "null";
  } else if (size == 0 || (size >= 1e-6 && size < 1e21)) {
    append_fixed_number(number, out);
  } else {
    char buffer[64];
    const auto [end, failure] =
        std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
    std::string text(buffer, end);
    if (const size_t e = text.find("e-0"); e != std::string::npos) text.erase(e + 2, 1);
    out += text;
  }
}

}  // namespace logsvc::extract
