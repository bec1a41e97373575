// Pieces of JSON text as Go's encoder writes them.
#pragma once

#include <string>
#include <string_view>

namespace logsvc::extract {

// "text": <, >, & and U+2028 as \u escapes, bytes that are no UTF-8 as \ufffd.
void append_json_string(std::string_view text, std::string& out);
// In the shortest form that gives the same double: 1000, 0.1, 1e+21; null if it is not finite.
void append_json_number(double number, std::string& out);
// The same without exponent, as Go's strconv writes format 'f': 1000000000000000000000.
void append_fixed_number(double number, std::string& out);

}  // namespace logsvc::extract
