#include "base/byte_size.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/any_case.h"

namespace logsvc {
namespace {

// Returns 1024 to the power of the unit's place, or 0 if it is not a unit.
double scale_of(std::string_view unit) {
  const std::string small = ascii_lowered(std::string(unit));
  if (small.empty() || small == "b") return 1;
  constexpr std::string_view kPrefixes = "kmgtpe";
  const size_t power = kPrefixes.find(small[0]);
  const std::string_view rest = std::string_view(small).substr(1);
  if (power == std::string_view::npos || (!rest.empty() && rest != "b" && rest != "ib")) return 0;
  double scale = 1;
  for (size_t i = 0; i <= power; ++i) scale *= 1024;
  return scale;
}

}  // namespace

std::optional<uint64_t> parse_byte_size(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  std::string_view unit = text.substr(digits);
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  const double scale = scale_of(unit);
  if (scale == 0 || digits == 0) return std::nullopt;
  const char* const end = text.data() + digits;
  // A double would round numbers beyond 2^53.
  uint64_t whole = 0;
  const auto [whole_end, whole_failure] = std::from_chars(text.data(), end, whole);
  if (whole_failure == std::errc() && whole_end == end && scale == 1) return whole;
  double number = 0;
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  constexpr double kTooMuch = 18446744073709551616.0;  // 2^64
  if (failure != std::errc() || stop != end || number * scale >= kTooMuch) return std::nullopt;
  return static_cast<uint64_t>(number * scale);
}

}  // namespace logsvc
