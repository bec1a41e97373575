// The value of an OpenTelemetry attribute or body, and its text.
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

// Values nested deeper are refused when they are parsed.
inline constexpr int kMaxOtlpDepth = 64;

// Returns a string as it is, lists and maps as JSON (keys sorted), bytes in base64, nothing as "".
std::string to_text(const OtlpValue& value);

// Name and text of a leaf.
using OtlpAttribute = std::pair<std::string, std::string>;

// Adds the attributes; maps are flattened with _ between the names.
void flatten(const OtlpValue::Map& attributes, std::vector<OtlpAttribute>& out);

// Returns an identifier as lower-case hexadecimal digits.
std::string hex_text(std::string_view bytes);

}  // namespace logsvc::wire
