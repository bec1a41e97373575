#include "gotext/units.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>

#include "base/any_case.h"
#include "gotext/go_number.h"
#include "model/label_set.h"

namespace logsvc {
namespace {

Error float_error(std::string_view text, const char* why = "invalid syntax") {
  return invalid("strconv.ParseFloat: parsing " + quote(text) + ": " + why);
}

}  // namespace

Result<double> to_number(std::string_view text) {
  const auto value = parse_go_float(text);
  if (!value) return float_error(text);
  // An infinity that is not written as one was a number out of range.
  if (std::isinf(*value) && text.find_first_of("iI") == std::string_view::npos) {
    return float_error(text, "value out of range");
  }
  return *value;
}

Result<double> to_seconds(std::string_view text) {
  ASSIGN_OR_RETURN(const Duration d, parse_go_duration(text));
  return seconds_of(d);
}

double seconds_of(Duration d) {
  return static_cast<double>(d / kSecond) + static_cast<double>(d % kSecond) / 1e9;
}

Result<double> to_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    double size;
  };
  static constexpr std::array<Unit, 26> kUnits = {{{"", 1},
                                                   {"b", 1},
                                                   {"k", 1e3},
                                                   {"kb", 1e3},
                                                   {"m", 1e6},
                                                   {"mb", 1e6},
                                                   {"g", 1e9},
                                                   {"gb", 1e9},
                                                   {"t", 1e12},
                                                   {"tb", 1e12},
                                                   {"p", 1e15},
                                                   {"pb", 1e15},
                                                   {"e", 1e18},
                                                   {"eb", 1e18},
                                                   {"ki", 1024.0},
                                                   {"kib", 1024.0},
                                                   {"mi", 1048576.0},
                                                   {"mib", 1048576.0},
                                                   {"gi", 1073741824.0},
                                                   {"gib", 1073741824.0},
                                                   {"ti", 1099511627776.0},
                                                   {"tib", 1099511627776.0},
                                                   {"pib", 1125899906842624.0},
                                                   {"pi", 1125899906842624.0},
                                                   {"ei", 1152921504606846976.0},
                                                   {"eib", 1152921504606846976.0}}};
  size_t digits = 0;
  std::string number;
  for (; digits < text.size(); ++digits) {
    const char c = text[digits];
    if (c == ',') continue;
    if (!std::isdigit(static_cast<unsigned char>(c)) && c != '.') break;
    number += c;
  }
  double value = 0;
  const auto [stop, failure] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (number.empty() || failure != std::errc() || stop != number.data() + number.size()) {
    return float_error(number);
  }
  std::string unit(text.substr(digits));
  const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  unit.erase(unit.begin(), std::find_if_not(unit.begin(), unit.end(), blank));
  unit.erase(std::find_if_not(unit.rbegin(), unit.rend(), blank).base(), unit.end());
  unit = ascii_lowered(std::move(unit));
  for (const Unit& u : kUnits) {
    if (u.name != unit) continue;
    const double bytes = std::floor(value * u.size);
    if (bytes >= 18446744073709551615.0) return invalid("too large: " + std::string(text));
    return bytes;
  }
  return invalid("unhandled size name: " + unit);
}

std::string size_text(double bytes) {
  static constexpr std::array<const char*, 7> kUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 10) return std::to_string(static_cast<int>(bytes)) + "B";
  size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < kUnits.size()) {
    bytes /= 1000;
    ++unit;
  }
  const double rounded = std::floor(bytes * 10 + 0.5) / 10;
  char buffer[64];
  (void)std::snprintf(buffer, sizeof buffer, rounded < 10 ? "%.1f%s" : "%.0f%s", rounded,
                      kUnits[unit]);
  return buffer;
}

}  // namespace logsvc
