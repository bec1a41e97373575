#include "base/json_number.h"

#include <charconv>
#include <cmath>

namespace logsvc {

void append_fixed_number(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += std::isnan(number) ? "NaN" : number < 0 ? "-Inf" : "+Inf";
    return;
  }
  // These are the shortest digits that give the same double, and the position of the point.
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

}  // namespace logsvc
