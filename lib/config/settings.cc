#include "config/settings.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/any_case.h"
#include "base/byte_size.h"
#include "base/host_port.h"
#include "base/json_text.h"
#include "base/shown_url.h"
#include "config/yaml_reader.h"

namespace logsvc::config {
namespace {

std::string key_name(std::string setting) {
  std::replace(setting.begin(), setting.end(), '-', '_');
  return setting;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return invalid("cannot read " + path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string first_line(std::string text) {
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

struct FileValue {
  std::string text;
  std::string origin;
  std::shared_ptr<const Settings::FileList> list = nullptr;
};

// Writes a node in one line, for people.
std::string flow_text(const YamlNode& node) {
  std::string out;
  if (node.is_scalar()) return node.text;
  for (const YamlNode& item : node.items) out += (out.empty() ? "" : ", ") + flow_text(item);
  for (const YamlMember& member : node.members) {
    out += (out.empty() ? "" : ", ") + member.first.text + ": " + flow_text(member.second);
  }
  if (node.is_map()) return "{" + out + "}";
  return node.is_list() ? "[" + out + "]" : out;
}

Result<std::string> value_text(const YamlNode& node, const Problems& places,
                               const std::string& key) {
  if (node.is_null()) return std::string();
  if (node.is_scalar()) return node.text;
  if (!node.is_list()) {
    return invalid(places.place(node) + key + ": expected a value, found " + kind_name(node));
  }
  std::string joined;
  for (const YamlNode& item : node.items) {
    if (!item.is_scalar()) {
      return invalid(places.place(item) + key + ": expected a list of values, found " +
                     kind_name(item) + " in it");
    }
    if (!joined.empty()) joined += ',';
    joined += item.text;
  }
  return joined;
}

// Returns the settings that a file gives, by setting name.
Result<std::map<std::string, FileValue>> read_settings_file(
    const std::string& path, const std::vector<SettingSpec>& specs, const Environment& environment,
    const std::vector<std::string>& others) {
  std::map<std::string, FileValue> out;
  std::map<std::string, const SettingSpec*> known;  // maps each key to its setting
  std::vector<std::string> keys = others;
  for (const auto& spec : specs) {
    known[key_name(spec.name)] = &spec;
    keys.push_back(key_name(spec.name));
  }
  ASSIGN_OR_RETURN(const std::string text, read_file(path));
  ASSIGN_OR_RETURN(const YamlNode root, parse_yaml(path, expand_environment(text, environment)));
  const Problems places(path);
  if (!root.is_map() && !root.is_null()) {
    return invalid(places.place(root) + "expected `key: value` lines, found " + kind_name(root));
  }
  for (const auto& [name, value] : root.members) {
    const std::string& key = name.text;
    if (std::find(others.begin(), others.end(), key) != others.end()) continue;
    const std::string where = places.place(name) + key;
    const auto found = known.find(key);
    if (found == known.end()) {
      const std::string near = nearest(key, keys);
      return invalid(where + ": unknown key" +
                     (near.empty() ? "" : "; did you mean " + near + "?"));
    }
    const SettingSpec& spec = *found->second;
    if (out.count(spec.name)) return invalid(where + ": given twice");
    if (spec.structured && value.is_list()) {
      out[spec.name] = {
          flow_text(value), where,
          std::make_shared<const Settings::FileList>(Settings::FileList{path, value})};
      continue;
    }
    ASSIGN_OR_RETURN(std::string given, value_text(value, places, key));
    out[spec.name] = {std::move(given), where};
  }
  return out;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (!value) return {};
    return std::string(value);
  };
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string part = text.substr(at, end - at);
    std::erase(part, ' ');
    if (!part.empty()) out.push_back(std::move(part));
    at = end + 1;
  }
  return out;
}

std::string variable_name(const std::string& setting) {
  std::string out = "LOGSVC_";
  for (const char c : setting) {
    out += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

Result<Settings> Settings::resolve(const std::vector<SettingSpec>& specs,
                                   const std::map<std::string, std::string>& flags,
                                   const Environment& environment, const std::string& config_path,
                                   const std::vector<std::string>& other_keys) {
  Settings settings;
  std::map<std::string, FileValue> file;
  if (!config_path.empty()) {
    ASSIGN_OR_RETURN(file, read_settings_file(config_path, specs, environment, other_keys));
  }
  for (const auto& spec : specs) {
    Value value{spec.default_value, "default", true, spec.secret};
    const auto set = [&](std::string text, std::string origin) {
      value.text = std::move(text);
      value.origin = std::move(origin);
      value.is_default = false;
      value.list = nullptr;
    };
    if (const auto f = file.find(spec.name); f != file.end()) {
      set(f->second.text, f->second.origin);
      value.list = f->second.list;
    }
    std::vector<std::string> variables = {variable_name(spec.name)};
    variables.insert(variables.end(), spec.other_variables.begin(), spec.other_variables.end());
    for (const std::string& name : variables) {
      if (const auto text = environment(name); text && !text->empty()) {
        set(*text, name);
        break;
      }
      if (!spec.secret) continue;
      if (const auto path = environment(name + "_FILE"); path && !path->empty()) {
        auto content = read_file(*path);
        if (!content.ok()) return invalid(name + "_FILE: " + content.error().message);
        set(first_line(*content), name + "_FILE");
        break;
      }
    }
    if (const auto f = flags.find(spec.name); f != flags.end()) set(f->second, "--" + spec.name);
    settings.values_[spec.name] = std::move(value);
  }
  return settings;
}

const Settings::Value& Settings::value(const std::string& name) const {
  const auto found = values_.find(name);
  assert(found != values_.end() && "a setting that is read must be in the specs");
  return found->second;
}

const std::string& Settings::text(const std::string& name) const { return value(name).text; }
const Settings::FileList* Settings::list(const std::string& name) const {
  return value(name).list.get();
}
bool Settings::is_set(const std::string& name) const { return !value(name).is_default; }

Error Settings::bad_value(const std::string& name, const std::string& why) const {
  const Value& v = value(name);
  return invalid((v.is_default ? "--" + name : v.origin) + ": " + why);
}

Result<bool> Settings::boolean(const std::string& name) const {
  const std::string t = ascii_lowered(text(name));
  if (t == "true" || t == "yes" || t == "on" || t == "1") return true;
  if (t == "false" || t == "no" || t == "off" || t == "0" || t.empty()) return false;
  return bad_value(name, "expected true or false, found \"" + text(name) + "\"");
}

Result<uint64_t> Settings::number(const std::string& name) const {
  const std::string& t = text(name);
  uint64_t out = 0;
  const auto [end, failure] = std::from_chars(t.data(), t.data() + t.size(), out);
  if (failure != std::errc() || end != t.data() + t.size()) {
    return bad_value(name, "expected a whole number, found \"" + t + "\"");
  }
  return out;
}

Result<uint64_t> Settings::bytes(const std::string& name) const {
  const auto size = parse_byte_size(text(name));
  if (!size) return bad_value(name, "expected a size like 64MB, found \"" + text(name) + "\"");
  return *size;
}

Result<Duration> Settings::duration(const std::string& name) const {
  auto d = parse_duration(text(name));
  if (!d.ok()) return bad_value(name, d.error().message);
  if (*d < 0) return bad_value(name, "must not be negative");
  return d;
}

std::string Settings::shown(const Value& value) {
  return value.secret && !value.text.empty() ? "(hidden)" : without_url_secrets(value.text);
}

std::string Settings::describe() const {
  std::string out;
  for (const auto& [name, v] : values_) {
    out += key_name(name) + ": " + shown(v) + "  # " + v.origin + '\n';
  }
  return out;
}

std::string Settings::describe_json() const {
  std::string out = "[";
  for (const auto& [name, v] : values_) {
    out += out.size() > 1 ? ",{\"name\":" : "{\"name\":";
    append_json_string(out, key_name(name), JsonEscapes::kNeeded);
    out += ",\"value\":";
    append_json_string(out, shown(v), JsonEscapes::kNeeded);
    out += ",\"origin\":";
    append_json_string(out, v.origin, JsonEscapes::kNeeded);
    out += '}';
  }
  return out + "]";
}

std::string nearest(const std::string& name, const std::vector<std::string>& candidates) {
  std::string best;
  size_t best_distance = name.size() / 2 + 1;
  for (const auto& candidate : candidates) {
    std::vector<size_t> row(candidate.size() + 1);
    for (size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= name.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i;
      for (size_t j = 1; j <= candidate.size(); ++j) {
        const size_t replaced = diagonal + (name[i - 1] != candidate[j - 1]);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

std::string expand_environment(const std::string& text, const Environment& environment) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "$$") == 0) {
      out += '$';
      at += 2;
    } else if (text.compare(at, 2, "${") == 0 && text.find('}', at) != std::string::npos) {
      const size_t close = text.find('}', at);
      const std::string inside = text.substr(at + 2, close - at - 2);
      const size_t split = inside.find(":-");
      const auto value = environment(inside.substr(0, split));
      if (value && !value->empty()) {
        out += *value;
      } else if (split != std::string::npos) {
        out += inside.substr(split + 2);
      }
      at = close + 1;
    } else {
      out += text[at++];
    }
  }
  return out;
}

bool ListenAddress::is_loopback() const {
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

Result<ListenAddress> parse_listen_address(const std::string& text) {
  const auto parsed = parse_host_port(text);
  if (!parsed || !parsed->port) {
    return invalid("expected host:port, found \"" + text + "\" (try 0.0.0.0:3100)");
  }
  return ListenAddress{parsed->host.empty() ? "0.0.0.0" : parsed->host, *parsed->port};
}

}  // namespace logsvc::config
