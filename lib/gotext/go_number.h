// Reads numbers as Go's strconv does.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace logsvc {

// Behaves as ParseFloat: decimal and hexadecimal, Inf, NaN, _ between digits; overflow gives an
// infinity.
std::optional<double> parse_go_float(std::string_view text);

// Behaves as ParseInt with base 0: 0x, 0o, 0b and leading-zero octal, _ between digits.
std::optional<int64_t> parse_go_integer(std::string_view text);

}  // namespace logsvc
