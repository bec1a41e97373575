// Writes and reads bytes in base 64 (RFC 4648, section 4). The functions are pure and safe from any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc {

// Returns one line with padding: 4 letters for every 3 bytes or fewer.
std::string encode_base64(std::string_view bytes);

// Decodes padded text; line ends in it are skipped. kInvalid has Go's wording: illegal base64 data
// at input byte 4.
Result<std::string> decode_base64(std::string_view text);

// Decodes text in either alphabet (+/ or -_), padded or not, as protobuf's JSON allows. Returns
// nullopt if a letter is in neither alphabet.
std::optional<std::string> decode_any_base64(std::string_view text);

}  // namespace logsvc
