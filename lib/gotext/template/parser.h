// Parses text into a tree, after Go's text/template/parse.
#pragma once

#include <functional>

#include "base/result.h"
#include "gotext/template/node.h"

namespace logsvc::tmpl {

// name is what messages call the template. Errors have Go's wording ("template: line:1: function
// \"f\" not defined").
Result<Tree> parse_template(std::string_view name, std::string_view text,
                            const std::function<bool(std::string_view)>& has_function);

}  // namespace logsvc::tmpl
