// Strings inside JSON text.
#pragma once

#include <string>
#include <string_view>

namespace logsvc::extract {

// Appends the unescaped inside of a JSON string (without its quotes). False on a bad escape, or on
// a lone surrogate unless those are to become U+FFFD.
bool unescape_json(std::string_view inside, std::string& out, bool keep_lone_surrogates = false);

// U+FFFD and bytes that are no UTF-8 become blanks, as in label values.
void blank_out_bad_runes(std::string& value);

}  // namespace logsvc::extract
