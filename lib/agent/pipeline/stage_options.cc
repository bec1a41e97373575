#include "agent/pipeline/stage_options.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json_number.h"
#include "config/settings.h"
#include "gotext/go_number.h"

namespace logsvc::agent {

using config::PlainType;
using config::YamlNode;

StageOptions::StageOptions(const YamlNode& node, std::string stage, config::Problems& problems,
                           bool weak)
    : node_(node), stage_(std::move(stage)), problems_(problems), weak_(weak) {}

Error StageOptions::fault_at(const YamlNode& at, const std::string& why) const {
  return invalid(problems_.place(at) + "invalid " + stage_ + " stage config: " + why);
}
Error StageOptions::fault(const std::string& why) const { return fault_at(node_, why); }

void StageOptions::wrong(const YamlNode& node, const std::string& key, const char* expected) {
  std::string why = (key.empty() ? "" : key + ": ") + "expected " + expected + ", found " +
                    config::kind_name(node);
  const std::string_view wanted = expected;
  const bool is_text_wanted = wanted != "a number" && wanted != "a whole number";
  if (node.is_scalar() && !node.quoted && plain_type(node) != PlainType::kText) {
    why = (key.empty() ? "" : key + ": ") + "expected " + expected + "; " + node.text + " is a " +
          (plain_type(node) == PlainType::kBool ? "boolean in YAML 1.1" : "number") +
          (is_text_wanted ? ", so put it in quotes" : "");
  }
  if (!first_) first_ = fault_at(node, why);
}

const YamlNode* StageOptions::node(const std::string& key) {
  known_.push_back(key);
  for (const auto& [name, value] : node_.members) {
    if (strcasecmp(name.text.c_str(), key.c_str()) == 0) return value.is_null() ? nullptr : &value;
  }
  return nullptr;
}

bool StageOptions::is_text(const YamlNode& node) const {
  return node.is_scalar() && (weak_ || plain_type(node) == PlainType::kText);
}

std::optional<std::string> StageOptions::text(const std::string& key) {
  const YamlNode* value = node(key);
  if (!value) return {};
  if (is_text(*value)) return weak_text(*value, key);
  wrong(*value, key, "a text");
  return {};
}

// Turns a number or boolean into a text where one is wanted, as mapstructure does.
std::string StageOptions::weak_text(const YamlNode& value, const std::string& key) {
  switch (plain_type(value)) {
    case PlainType::kText:
      break;
    case PlainType::kBool: {
      const bool yes = std::string_view("yYtToO").find(value.text[0]) != std::string_view::npos &&
                       strcasecmp(value.text.c_str(), "off") != 0;
      problems_.warn(value, stage_ + " stage: " + key + ": " + value.text +
                                " is a boolean in YAML 1.1 and counts as " + (yes ? "1" : "0") +
                                ", as in Promtail; put it in quotes");
      return yes ? "1" : "0";
    }
    case PlainType::kInteger:
      if (const auto number = parse_go_integer(value.text)) return std::to_string(*number);
      break;
    case PlainType::kFloat:
      if (const auto number = parse_go_float(value.text)) {
        std::string out;
        append_fixed_number(*number, out);
        return out;
      }
      break;
  }
  return value.text;
}

bool StageOptions::flag(const std::string& key, bool fallback) {
  const YamlNode* value = node(key);
  if (!value) return fallback;
  if (value->is_scalar() && (weak_ || plain_type(*value) == PlainType::kBool)) {
    const std::string text = value->text;
    for (const char* yes : {"1", "t", "true", "yes", "y", "on"}) {
      if (strcasecmp(text.c_str(), yes) == 0) return true;
    }
    for (const char* no : {"0", "f", "false", "no", "n", "off", ""}) {
      if (strcasecmp(text.c_str(), no) == 0) return false;
    }
  }
  wrong(*value, key, "true or false");
  return fallback;
}

double StageOptions::number(const std::string& key, double fallback) {
  const YamlNode* value = node(key);
  if (!value) return fallback;
  const bool is_number =
      value->is_scalar() && (weak_ || plain_type(*value) == PlainType::kInteger ||
                             plain_type(*value) == PlainType::kFloat);
  if (is_number) {
    if (const auto parsed = parse_go_float(value->text)) return *parsed;
  }
  wrong(*value, key, "a number");
  return fallback;
}

int64_t StageOptions::integer(const std::string& key, int64_t fallback) {
  const YamlNode* value = node(key);
  if (!value) return fallback;
  const bool is_float = value->is_scalar() && plain_type(*value) == PlainType::kFloat;
  const bool is_number = value->is_scalar() && (weak_ || plain_type(*value) == PlainType::kInteger);
  if (is_float) {  // 1e3, or 2.5, which loses its fraction
    const auto parsed = parse_go_float(value->text);
    if (parsed && std::abs(*parsed) < 9e18) return static_cast<int64_t>(*parsed);
  } else if (is_number) {
    if (const auto parsed = parse_go_integer(value->text)) return *parsed;
  }
  wrong(*value, key, "a whole number");
  return fallback;
}

std::vector<std::string> StageOptions::texts_of(const YamlNode& value, const std::string& key) {
  std::vector<std::string> out;
  if (is_text(value)) {
    out.push_back(value.text);
  } else if (value.is_list()) {
    for (const YamlNode& item : value.items) {
      if (item.is_null() || is_text(item)) {
        out.push_back(item.text);
      } else {
        wrong(item, key, "a text");
      }
    }
  } else if (!value.is_null()) {
    wrong(value, key, "a list of texts");
  }
  return out;
}

std::vector<std::string> StageOptions::texts(const std::string& key) {
  const YamlNode* value = node(key);
  return value ? texts_of(*value, key) : std::vector<std::string>();
}

StageOptions::Pairs StageOptions::pairs_of(const YamlNode& value, const std::string& key) {
  Pairs out;
  if (value.is_null()) return out;
  if (!value.is_map()) {
    wrong(value, key, "a map of texts");
    return out;
  }
  for (const auto& [name, text] : value.members) {
    if (!is_text(name)) {
      wrong(name, key, "a name");
    } else if (text.is_null()) {
      out.emplace_back(name.text, std::nullopt);
    } else if (is_text(text)) {
      out.emplace_back(name.text, text.text);
    } else {
      wrong(text, name.text, "a text");
    }
  }
  return out;
}

StageOptions::Pairs StageOptions::pairs(const std::string& key) {
  const YamlNode* value = node(key);
  return value ? pairs_of(*value, key) : Pairs();
}

Status StageOptions::status() {
  if (first_) return *first_;
  if (!node_.is_map() && !node_.is_null()) {
    return fault("expected a map of options, found " + config::kind_name(node_));
  }
  for (const auto& member : node_.members) {
    const std::string& name = member.first.text;
    const bool known = std::any_of(known_.begin(), known_.end(), [&](const std::string& k) {
      return strcasecmp(k.c_str(), name.c_str()) == 0;
    });
    if (known) continue;
    const std::string near = config::nearest(name, known_);
    problems_.warn(member.first, stage_ + " stage: unknown key " + name + " is left alone" +
                                     (near.empty() ? "" : "; did you mean " + near + "?"));
  }
  return {};
}

}  // namespace logsvc::agent
