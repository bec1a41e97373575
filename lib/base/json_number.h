// Writes numbers as Go writes them into JSON.
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

// Appends the shortest form that gives the same double: 1000, 0.1, 1e+21; null if it is not finite.
void append_json_number(double number, std::string& out);
// Does the same without an exponent, as Go's strconv writes format 'f': 1000000000000000000000.
void append_fixed_number(double number, std::string& out);

}  // namespace logsvc
