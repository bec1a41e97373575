// A value of an OpenTelemetry attribute or body, and its text.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace logsvc::wire {

struct OtlpMember;

struct OtlpValue {
  struct Bytes {
    std::string data;
  };
  using List = std::vector<OtlpValue>;
  using Map = std::vector<OtlpMember>;
  std::variant<std::monostate, std::string, bool, int64_t, double, List, Map, Bytes> is;
};

struct OtlpMember {
  std::string key;
  OtlpValue value;
};

// Deeper values are refused when they are read.
inline constexpr int kMaxOtlpDepth = 64;

// A string as it is, lists and maps as JSON (keys sorted), bytes in base64, nothing as "".
std::string to_text(const OtlpValue& value);

// Name and text of a leaf.
using OtlpAttribute = std::pair<std::string, std::string>;

// Adds the attributes; maps are flattened with _ between the names.
void flatten(const OtlpValue::Map& attributes, std::vector<OtlpAttribute>& out);

// Lower-case hexadecimal digits of an identifier.
std::string hex_text(std::string_view bytes);

}  // namespace logsvc::wire
