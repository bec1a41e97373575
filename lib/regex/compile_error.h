// Says why a regular expression does not compile, in the words of Go's regexp. The functions are
// pure.
#pragma once

#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace logsvc::regex {

// Returns kInvalid: "error parsing regexp: missing closing ): `(`"; without the last part if the
// fragment is empty.
Error syntax_error(std::string_view what, std::string_view fragment);

// Returns Go's error. `failed` is what RE2 refused; `expression` is what the user wrote, of which
// `failed` may be a rewritten form.
Error compile_error(const re2::RE2& failed, std::string_view expression);

}  // namespace logsvc::regex
