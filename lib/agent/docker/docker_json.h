// Members of the Docker API's answers, whatever these hold.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace logsvc::agent {

// Null, and below it nothing, if the text is no JSON.
inline nlohmann::json parse_docker_json(const std::string& text) {
  return nlohmann::json::parse(text, nullptr, false);
}

// An empty object if it is absent.
inline const nlohmann::json& member(const nlohmann::json& object, const char* name) {
  static const nlohmann::json kNone = nlohmann::json::object();
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

// Empty if it is absent or something else.
inline std::string text(const nlohmann::json& object, const char* name) {
  const nlohmann::json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : "";
}

inline bool flag(const nlohmann::json& object, const char* name) {
  const nlohmann::json& value = member(object, name);
  return value.is_boolean() && value.get<bool>();
}

// The strings among the object's members.
inline void read_strings(const nlohmann::json& object, std::map<std::string, std::string>& out) {
  if (!object.is_object()) return;
  for (const auto& [name, value] : object.items()) {
    if (value.is_string()) out[name] = value.get<std::string>();
  }
}

}  // namespace logsvc::agent
