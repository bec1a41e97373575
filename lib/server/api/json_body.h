// Reads and writes what a page sends and gets as JSON. The functions are pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/message.h"

namespace logsvc::server {

// Returns the object in the body. kPermission unless it comes as application/json: a page of
// another site cannot send that type without a preflight request, which nobody answers.
Result<nlohmann::json> json_object_of(const http::Request& request);
// Returns the text of the key; kInvalid if it is something else. Nothing if it is absent.
Result<std::optional<std::string>> optional_text(const nlohmann::json& object, const char* key);
// The same where it has to be there.
Result<std::string> needed_text(const nlohmann::json& object, const char* key);

// Writes one line; what is not UTF-8 is replaced.
std::string json_line(const nlohmann::json& value);

}  // namespace logsvc::server
