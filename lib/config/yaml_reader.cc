#include "config/yaml_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/byte_size.h"
#include "config/settings.h"

namespace logsvc::config {
namespace {

const char* const kTrue[] = {"y",    "Y",    "yes", "Yes", "YES", "true",
                             "True", "TRUE", "on",  "On",  "ON"};
const char* const kFalse[] = {"n",     "N",     "no",  "No",  "NO", "false",
                              "False", "FALSE", "off", "Off", "OFF"};

template <size_t N>
bool is_one_of(const std::string& text, const char* const (&words)[N]) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

bool parse_integer(std::string text, int64_t& out) {
  text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
  const bool negative = !text.empty() && text[0] == '-';
  size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  int base = 10;
  if (text.size() > at + 1 && text[at] == '0') {
    const char next = text[at + 1];
    base = next == 'x' ? 16 : next == 'b' ? 2 : 8;
    at += next == 'x' || next == 'b' || next == 'o' ? 2 : 1;
  }
  uint64_t number = 0;
  const char* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data() + at, last, number, base);
  if (failure != std::errc() || end != last || number > static_cast<uint64_t>(INT64_MAX)) {
    return false;
  }
  out = negative ? -static_cast<int64_t>(number) : static_cast<int64_t>(number);
  return true;
}

bool parse_number(std::string text, double& out) {
  text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string::npos) return false;
  const char* first = text.data() + (text[0] == '+' ? 1 : 0);
  const char* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(first, last, out);
  return failure == std::errc() && end == last;
}

bool parse_size(std::string_view text, int64_t& out) {
  const auto size = parse_byte_size(text);
  if (!size || *size > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return false;
  out = static_cast<int64_t>(*size);
  return true;
}

}  // namespace

PlainType plain_type(const YamlNode& scalar) {
  if (scalar.quoted) return PlainType::kText;
  if (is_one_of(scalar.text, kTrue) || is_one_of(scalar.text, kFalse)) return PlainType::kBool;
  int64_t integer = 0;
  if (parse_integer(scalar.text, integer)) return PlainType::kInteger;
  double number = 0;
  return parse_number(scalar.text, number) ? PlainType::kFloat : PlainType::kText;
}

std::string kind_name(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
    case YamlNode::Kind::kScalar:
      break;
  }
  return "\"" + node.text + "\"";
}

std::string Problems::place(const YamlNode& at) const {
  return path_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

void report_repeated_keys(const YamlNode& node, Problems& problems) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : node.members) {
    if (!seen.insert(name.text).second) problems.error(name, name.text + " is given twice");
    report_repeated_keys(value, problems);
  }
  for (const YamlNode& item : node.items) report_repeated_keys(item, problems);
}

MapReader::MapReader(const YamlNode& node, std::string what, Problems& problems)
    : node_(node), what_(std::move(what)), problems_(problems) {
  if (!node.is_map() && !node.is_null()) {
    problems.error(node, "expected " + what_ + ": a map of keys, found " + kind_name(node));
  }
}

const YamlNode* MapReader::take(const std::string& key) {
  known_.insert(key);
  const YamlNode* value = node_.find(key);
  return value && !value->is_null() ? value : nullptr;
}

bool MapReader::has(const std::string& key) { return take(key) != nullptr; }

void MapReader::wrong(const YamlNode& node, const std::string& key, const char* expected) {
  problems_.error(node, key + ": expected " + expected + ", found " + kind_name(node));
}

const YamlNode* MapReader::scalar(const std::string& key, const char* expected) {
  const YamlNode* value = take(key);
  if (value && !value->is_scalar()) {
    wrong(*value, key, expected);
    return nullptr;
  }
  return value;
}

void MapReader::read(const std::string& key, std::string& out) {
  known_.insert(key);
  const YamlNode* given = node_.find(key);
  if (!given || given->is_null()) return;
  if (const YamlNode* value = scalar(key, "a text")) out = value->text;
}

void MapReader::read(const std::string& key, bool& out) {
  const YamlNode* value = scalar(key, "true or false");
  if (!value) return;
  if (is_one_of(value->text, kTrue) && !value->quoted) {
    out = true;
  } else if (is_one_of(value->text, kFalse) && !value->quoted) {
    out = false;
  } else {
    wrong(*value, key, "true or false");
  }
}

void MapReader::read(const std::string& key, int64_t& out) {
  const YamlNode* value = scalar(key, "a whole number");
  if (!value || parse_integer(value->text, out)) return;
  double number = 0;  // 1e6 is one, as in go-yaml
  if (parse_number(value->text, number) && std::trunc(number) == number &&
      std::abs(number) < 9e18) {
    out = static_cast<int64_t>(number);
  } else {
    wrong(*value, key, "a whole number");
  }
}

void MapReader::read(const std::string& key, double& out) {
  const YamlNode* value = scalar(key, "a number");
  int64_t integer = 0;
  if (!value) return;
  if (parse_integer(value->text, integer)) {
    out = static_cast<double>(integer);
  } else if (!parse_number(value->text, out)) {
    wrong(*value, key, "a number");
  }
}

void MapReader::read_duration(const std::string& key, Duration& out) {
  const YamlNode* value = scalar(key, "a duration such as 5s");
  if (!value) return;
  int64_t bare = 0;
  if (parse_integer(value->text, bare) && bare != 0) {
    out = bare;
    problems_.warn(*value, key + ": " + value->text +
                               " has no unit and counts as nanoseconds; write " + value->text +
                               "s");
    return;
  }
  const auto parsed = parse_duration(value->text);
  if (parsed.ok()) {
    out = *parsed;
  } else {
    wrong(*value, key, "a duration such as 5s");
  }
}

void MapReader::read_bytes(const std::string& key, int64_t& out) {
  const YamlNode* value = scalar(key, "a size such as 256KB");
  if (value && !parse_size(value->text, out)) wrong(*value, key, "a size such as 256KB");
}

void MapReader::read(const std::string& key, std::vector<std::string>& out) {
  const YamlNode* value = take(key);
  if (!value) return;
  if (!value->is_list()) return wrong(*value, key, "a list of texts");
  out.clear();
  for (const YamlNode& item : value->items) {
    if (!item.is_scalar() && !item.is_null()) return wrong(item, key, "a list of texts");
    out.push_back(item.text);
  }
}

void MapReader::read(const std::string& key,
                     std::vector<std::pair<std::string, std::string>>& out) {
  const YamlNode* value = take(key);
  if (!value) return;
  if (!value->is_map()) return wrong(*value, key, "a map of texts");
  out.clear();
  report_repeated_keys(*value, problems_);
  for (const auto& [name, text] : value->members) {
    if (!text.is_scalar() && !text.is_null()) {
      wrong(text, key + "." + name.text, "a text");
    } else {
      out.emplace_back(name.text, text.text);
    }
  }
}

void MapReader::each(const std::string& key, const std::function<void(const YamlNode&)>& visit) {
  const YamlNode* value = take(key);
  if (!value) return;
  if (!value->is_list()) return wrong(*value, key, "a list");
  for (const YamlNode& item : value->items) visit(item);
}

void MapReader::unsupported(const std::string& key, const std::string& why) {
  known_.insert(key);
  for (const auto& [name, value] : node_.members) {
    if (name.text == key && !value.is_null()) {
      problems_.warn(name, key + ": known, but not done by logsvc: " + why);
    }
  }
}

void MapReader::ignore(const std::vector<std::string>& keys) {
  known_.insert(keys.begin(), keys.end());
}

void MapReader::finish() {
  const std::vector<std::string> candidates(known_.begin(), known_.end());
  std::set<std::string> seen;
  for (const auto& [name, value] : node_.members) {
    if (!known_.count(name.text)) {
      const std::string near = nearest(name.text, candidates);
      problems_.error(name, "unknown key " + name.text + " in " + what_ +
                                (near.empty() ? "" : "; did you mean " + near + "?"));
    } else if (!seen.insert(name.text).second) {
      problems_.error(name, name.text + " is given twice in " + what_);
    }
  }
}

}  // namespace logsvc::config
