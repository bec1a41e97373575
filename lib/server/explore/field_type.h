// Tells what kind of value a field holds, as Logs Drilldown wants to know it.
#pragma once

#include <string>
#include <string_view>

namespace logsvc::server {

// Returns "int", "float", "boolean", "duration", "bytes" or "string", tried in this order.
const char* field_type(std::string_view value);

// Returns a field's value as Loki offers it for queries: sizes with a unit as LogQL writes them, so
// that 1.5 KiB becomes 1.5kB; everything else as it is.
std::string query_text(const std::string& value);

// Whether Go reads it as a float: "12", "-0.5e3", "Inf".
bool is_number(std::string_view value);
// Whether it is 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view value);

}  // namespace logsvc::server
