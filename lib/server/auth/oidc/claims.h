// JSON that a provider sent: documents, keys, claims. Pure functions, safe from any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::server::oidc {

using Json = nlohmann::json;

// How deeply a document may be nested.
inline constexpr int kMostDepth = 16;

// Reads an object of UTF-8 text. kInvalid "WHAT is not a JSON object" for everything else, also for
// one that is nested more deeply. The caller bounds the length.
Result<Json> parse_object(std::string_view text, std::string_view what);

// Returns the member's text; empty if it is missing or of another kind.
std::string text_of(const Json& object, std::string_view name);

// Returns an instant in seconds since the epoch (0 … year 9999); nothing if it is missing or is not
// one.
std::optional<double> seconds_of(const Json& object, std::string_view name);

// Decodes base 64 as tokens have it: letters of the URL alphabet, no padding, no line ends. Nothing
// for all else.
std::optional<std::string> decode_base64url(std::string_view text);
std::string encode_base64url(std::string_view bytes);

}  // namespace logsvc::server::oidc
