// Turns JSON text into a template value: objects, lists, floats, strings.
#pragma once

#include <string_view>

#include "gotext/template/value.h"

namespace logsvc::tmpl {

// Returns nil for text that is not a JSON value.
Value parse_json_value(std::string_view text);

}  // namespace logsvc::tmpl
