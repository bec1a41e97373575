// \uXXXX, as JSON, JavaScript and logfmt write characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logsvc {

struct UnicodeEscape {
  size_t length = 0;  // in the text; 0: there is none
  uint32_t rune = 0;
  bool half = false;  // of a character of two, without the other one: the rune is U+FFFD
};

// At the start of the text, from the backslash on; of a surrogate pair both.
UnicodeEscape read_unicode_escape(std::string_view text);

}  // namespace logsvc
