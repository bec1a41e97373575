// Bytes as text in base 64 (RFC 4648, section 4). Pure functions, safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc {

// With padding, in one line: 4 letters for each 3 bytes begun.
std::string encode_base64(std::string_view bytes);

// The bytes of padded text; line ends in it are left out. kInvalid with the text that Go has:
// illegal base64 data at input byte 4.
Result<std::string> decode_base64(std::string_view text);

// Of text in either alphabet (+/ or -_), padded or not, as protobuf's JSON allows; nothing if a
// letter is of neither.
std::optional<std::string> decode_any_base64(std::string_view text);

}  // namespace logsvc
