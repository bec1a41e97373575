// What kind of value a field holds, as Logs Drilldown wants to know it.
#pragma once

#include <string_view>

namespace logsvc::server {

// "int", "float", "boolean", "duration", "bytes" or "string", tried in this order.
const char* field_type(std::string_view value);

// "12", "-0.5e3", "Inf": what Go reads as a float.
bool is_number(std::string_view value);
// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view value);

}  // namespace logsvc::server
