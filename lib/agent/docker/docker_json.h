// Reads members of the Docker API's answers and tolerates any type of value.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace logsvc::agent {

// Returns null, which has no members, if the text is not JSON.
inline nlohmann::json parse_docker_json(const std::string& text) {
  return nlohmann::json::parse(text, nullptr, false);
}

// Returns an empty object if the member is absent.
inline const nlohmann::json& member(const nlohmann::json& object, const char* name) {
  static const nlohmann::json kNone = nlohmann::json::object();
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

// Returns an empty text if the member is absent or has another type.
inline std::string text(const nlohmann::json& object, const char* name) {
  const nlohmann::json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : "";
}

inline bool flag(const nlohmann::json& object, const char* name) {
  const nlohmann::json& value = member(object, name);
  return value.is_boolean() && value.get<bool>();
}

// Reads those of the object's members that are strings.
inline void read_strings(const nlohmann::json& object, std::map<std::string, std::string>& out) {
  if (!object.is_object()) return;
  for (const auto& [name, value] : object.items()) {
    if (value.is_string()) out[name] = value.get<std::string>();
  }
}

}  // namespace logsvc::agent
