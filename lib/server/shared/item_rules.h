// Says what an item that a page wants to keep must look like.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace logsvc::server {

bool is_shared_kind(const std::string& kind);
bool is_shared_id(const std::string& id);

// Returns the item with exactly the members that its kind has, of the right types and sizes;
// kInvalid says what is wrong.
Result<nlohmann::json> checked_item(const std::string& kind, const nlohmann::json& item);

}  // namespace logsvc::server
