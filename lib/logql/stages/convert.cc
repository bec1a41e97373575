#include "logql/stages/convert.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "base/time.h"
#include "model/label_set.h"

namespace logsvc::logql {
namespace {

Error float_error(std::string_view text) {
  return invalid("strconv.ParseFloat: parsing " + quote(text) + ": invalid syntax");
}

}  // namespace

Result<double> to_number(std::string_view text) {
  std::string_view rest = text;
  if (!rest.empty() && rest[0] == '+') rest.remove_prefix(1);
  double value = 0;
  const char* end = rest.data() + rest.size();
  const auto [stop, failure] = std::from_chars(rest.data(), end, value);
  if (failure == std::errc::result_out_of_range)
    return std::strtod(std::string(rest).c_str(), nullptr);
  if (rest.empty() || failure != std::errc() || stop != end) return float_error(text);
  return value;
}

Result<double> to_seconds(std::string_view text) {
  ASSIGN_OR_RETURN(const Duration d, parse_go_duration(text));
  return static_cast<double>(d) / 1e9;
}

Result<double> to_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    double size;
  };
  static constexpr std::array<Unit, 25> kUnits = {{{"", 1},
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
  while (!unit.empty() && unit.front() == ' ') unit.erase(0, 1);
  for (char& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Unit& u : kUnits) {
    if (u.name == unit) return std::floor(value * u.size);
  }
  return invalid("unhandled size name: " + unit);
}

}  // namespace logsvc::logql
