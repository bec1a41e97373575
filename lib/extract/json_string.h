// Handles strings inside JSON text.
#pragma once

#include <string>
#include <string_view>

namespace logsvc::extract {

// Appends the unescaped inside of a JSON string (without its quotes). Returns false for a bad
// escape, and for a lone surrogate unless those should become U+FFFD.
bool unescape_json(std::string_view inside, std::string& out, bool keep_lone_surrogates = false);

// Turns U+FFFD and invalid UTF-8 into blanks, as in label values.
void blank_out_bad_runes(std::string& value);

}  // namespace logsvc::extract
