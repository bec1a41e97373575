// Reads \uXXXX, as JSON, JavaScript and logfmt write characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logsvc {

struct UnicodeEscape {
  size_t length = 0;  // in the text; 0: there is no escape
  uint32_t rune = 0;
  bool half = false;  // half of a surrogate pair without the other: the rune is U+FFFD
};

// Reads the escape at the start of the text, beginning with its backslash; it reads both of a
// surrogate pair.
UnicodeEscape read_unicode_escape(std::string_view text);

}  // namespace logsvc
