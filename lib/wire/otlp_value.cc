#include "wire/otlp_value.h"

#include <algorithm>
#include <cmath>

#include "base/base64.h"
#include "base/json_number.h"
#include "base/json_text.h"

namespace logsvc::wire {
namespace {

// Writes the number as OTLP's collector does.
std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::string out;
  append_json_number(value, out);
  return out;
}

void append_string(std::string& out, std::string_view text) {
  append_json_string(out, text, JsonEscapes::kShort);
}

void append_json(std::string& out, const OtlpValue& value) {
  if (const auto* list = std::get_if<OtlpValue::List>(&value.is)) {
    out += '[';
    for (size_t i = 0; i < list->size(); ++i) {
      if (i) out += ',';
      append_json(out, (*list)[i]);
    }
    out += ']';
  } else if (const auto* map = std::get_if<OtlpValue::Map>(&value.is)) {
    std::vector<const OtlpMember*> sorted;
    for (const OtlpMember& member : *map) sorted.push_back(&member);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const OtlpMember* a, const OtlpMember* b) { return a->key < b->key; });
    // If a key comes twice, the last one counts.
    const auto is_last = [&](size_t i) {
      return i + 1 == sorted.size() || sorted[i]->key != sorted[i + 1]->key;
    };
    out += '{';
    for (size_t i = 0; i < sorted.size(); ++i) {
      if (!is_last(i)) continue;
      if (out.back() != '{') out += ',';
      append_string(out, sorted[i]->key);
      out += ':';
      append_json(out, sorted[i]->value);
    }
    out += '}';
  } else if (const auto* text = std::get_if<std::string>(&value.is)) {
    append_string(out, *text);
  } else if (const auto* bytes = std::get_if<OtlpValue::Bytes>(&value.is)) {
    append_string(out, encode_base64(bytes->data));
  } else if (std::holds_alternative<std::monostate>(value.is)) {
    out += "null";
  } else {
    out += to_text(value);
  }
}

void flatten_into(const std::string& prefix, const OtlpValue::Map& attributes,
                  std::vector<OtlpAttribute>& out) {
  for (const OtlpMember& member : attributes) {
    std::string name = prefix.empty() ? member.key : prefix + "_" + member.key;
    if (const auto* map = std::get_if<OtlpValue::Map>(&member.value.is)) {
      flatten_into(name, *map, out);
    } else {
      out.emplace_back(std::move(name), to_text(member.value));
    }
  }
}

}  // namespace

std::string to_text(const OtlpValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.is)) return *text;
  if (const auto* flag = std::get_if<bool>(&value.is)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<int64_t>(&value.is)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value.is)) return number_text(*number);
  if (const auto* bytes = std::get_if<OtlpValue::Bytes>(&value.is))
    return encode_base64(bytes->data);
  if (std::holds_alternative<std::monostate>(value.is)) return "";
  std::string out;
  append_json(out, value);
  return out;
}

void flatten(const OtlpValue::Map& attributes, std::vector<OtlpAttribute>& out) {
  flatten_into("", attributes, out);
}

std::string hex_text(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[c & 15];
  }
  return out;
}

}  // namespace logsvc::wire
