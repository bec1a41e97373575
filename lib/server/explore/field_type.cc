#include "server/explore/field_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>

#include "base/any_case.h"
#include "base/time.h"
#include "gotext/units.h"

namespace logsvc::server {
namespace {

using std::string_view;

template <size_t N>
bool is_one_of(string_view value, const std::array<string_view, N>& words) {
  return std::find(words.begin(), words.end(), value) != words.end();
}

string_view without_plus(string_view value) {
  const bool plus = value.size() > 1 && value[0] == '+' && value[1] != '-';
  return plus ? value.substr(1) : value;
}

bool is_integer(string_view value) {
  value = without_plus(value);
  int64_t n = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), n);
  return !value.empty() && failure == std::errc() && end == value.data() + value.size();
}

bool is_boolean(string_view value) {
  static constexpr std::array<string_view, 10> kWords = {"true",  "TRUE",  "True",  "t", "T",
                                                         "false", "FALSE", "False", "f", "F"};
  return is_one_of(value, kWords);
}

}  // namespace

bool is_number(string_view value) { return to_number(value).ok(); }

bool is_uuid(string_view value) {
  if (value.size() != 36) return false;
  for (size_t i = 0; i < value.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? value[i] != '-' : !std::isxdigit(static_cast<unsigned char>(value[i]))) return false;
  }
  return true;
}

const char* field_type(string_view value) {
  if (is_integer(value)) return "int";
  if (is_number(value)) return "float";
  if (is_boolean(value)) return "boolean";
  if (!value.empty() && parse_go_duration(value).ok()) return "duration";
  if (to_bytes(value).ok()) return "bytes";
  return "string";
}

std::string query_text(const std::string& value) {
  static constexpr std::array<string_view, 8> kEnds = {"b", "k", "m", "g", "t", "p", "e", "i"};
  const auto bytes = to_bytes(value);
  if (!bytes.ok()) return value;
  const std::string lower = ascii_lowered(value);
  const bool has_unit = std::any_of(kEnds.begin(), kEnds.end(),
                                    [&](string_view end) { return lower.ends_with(end); });
  return has_unit ? size_text(*bytes) : value;
}

}  // namespace logsvc::server
