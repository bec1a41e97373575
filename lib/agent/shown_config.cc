#include "agent/shown_config.h"

#include <algorithm>

#include "base/any_case.h"
#include "base/json_text.h"
#include "config/yaml.h"

namespace logsvc::agent {
namespace {

using config::YamlNode;

constexpr const char* kHidden = "<secret>";

// Returns the name in lower case, without hyphens and underscores.
std::string plain_name(const std::string& key) {
  std::string out;
  for (const char c : key) {
    if (c != '-' && c != '_') out += ascii_lower(c);
  }
  return out;
}

// password_file and similar keys name a file, so they may be shown.
bool is_secret(const std::string& key) {
  const std::string name = plain_name(key);
  if (name.ends_with("file") || name.ends_with("path")) return false;
  for (const char* word : {"password", "passphrase", "secret", "token", "credential", "apikey",
                           "authorization", "cookie"}) {
    if (name.find(word) != std::string::npos) return true;
  }
  return name == "key" || name == "privatekey";
}

// Removes user:password@ from a URL.
std::string without_userinfo(std::string text) {
  for (size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const size_t begin = at + 3;
    const size_t end = std::min(text.find_first_of("/?# \t\n", begin), text.size());
    const size_t sign = text.rfind('@', end);
    if (sign == std::string::npos || sign < begin || sign >= end) continue;
    text.replace(begin, sign - begin, kHidden);
  }
  return text;
}

void append_scalar(std::string& out, const YamlNode& node) {
  const std::string text = without_userinfo(node.text);
  const auto safe = [](char c) {
    return ascii_lower(c) >= 'a' ? ascii_lower(c) <= 'z' : (c >= '0' && c <= '9') || c == '/';
  };
  const auto inside = [&](char c) {
    return safe(c) || std::string_view("._-@<>").find(c) != std::string_view::npos;
  };
  if (!text.empty() && safe(text[0]) && std::all_of(text.begin(), text.end(), inside)) {
    out += text;
  } else {
    append_json_string(out, text, JsonEscapes::kNeeded);
  }
}

void append_node(std::string& out, const YamlNode& node, const std::string& indent, bool hidden);

// Writes the value after "key:" or "-".
void append_value(std::string& out, const YamlNode& node, const std::string& indent, bool hidden) {
  if (node.is_null()) {
    out += '\n';
  } else if (node.is_scalar()) {
    out += ' ';
    if (hidden) {
      out += kHidden;
    } else {
      append_scalar(out, node);
    }
    out += '\n';
  } else if (node.items.empty() && node.members.empty()) {
    out += node.is_list() ? " []\n" : " {}\n";
  } else {
    out += '\n';
    append_node(out, node, indent + "  ", hidden);
  }
}

void append_node(std::string& out, const YamlNode& node, const std::string& indent, bool hidden) {
  for (const YamlNode& item : node.items) {
    out += indent + "-";
    append_value(out, item, indent, hidden);
  }
  for (const auto& [key, value] : node.members) {
    out += indent;
    append_scalar(out, key);
    out += ':';
    // type and username beside credentials may be shown; nothing of headers may.
    const bool secret = is_secret(key.text) && (value.is_scalar() || value.is_list());
    append_value(out, value, indent, hidden || secret || plain_name(key.text) == "headers");
  }
}

}  // namespace

std::string without_secrets(const std::string& yaml) {
  const auto root = config::parse_yaml("", yaml);
  if (!root.ok()) return "# cannot parse the configuration" + root.error().message + "\n";
  std::string out;
  if (root->is_scalar()) append_scalar(out, *root);
  append_node(out, *root, "", false);
  return out;
}

}  // namespace logsvc::agent
