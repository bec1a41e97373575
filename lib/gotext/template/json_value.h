// JSON text as a template value: objects, lists, floats, strings.
#pragma once

#include <string_view>

#include "gotext/template/value.h"

namespace logsvc::tmpl {

// nil for text that is no JSON value.
Value parse_json_value(std::string_view text);

}  // namespace logsvc::tmpl
