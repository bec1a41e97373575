#include "wire/json_message.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "base/any_case.h"
#include "base/base64.h"
#include "base/unicode_escape.h"
#include "base/utf8.h"
#include "wire/otlp_value.h"

namespace logsvc::wire {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kShownBytes = 64;

std::string shown(std::string_view text) {
  if (text.size() <= kShownBytes) return std::string(text);
  return repair_utf8(text.substr(0, kShownBytes)) + "…";
}

std::string in_words(const dom::element& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  return shown(simdjson::minify(value));
}

std::string body_or(const BodyPath& at) { return at.in ? at.text() : "the body"; }

template <typename T>
bool parse_whole(std::string_view text, T& out) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failure == std::errc() && end == text.data() + text.size();
}

template <typename T>
Status read_whole(const dom::element& value, const BodyPath& at, T& out) {
  std::string_view text;
  int64_t whole = 0;
  uint64_t natural = 0;
  if (value.get(text) == simdjson::SUCCESS) {
    if (parse_whole(text, out)) return {};
  } else if (value.get(whole) == simdjson::SUCCESS && std::in_range<T>(whole)) {
    out = static_cast<T>(whole);
    return {};
  } else if (value.get(natural) == simdjson::SUCCESS && std::in_range<T>(natural)) {
    out = static_cast<T>(natural);
    return {};
  }
  return wrong(at, "a whole number of " + std::to_string(8 * sizeof(T)) + " bits", value);
}

void mend_surrogates(std::string& body) {
  for (size_t at = body.find('\\'); at != std::string::npos; at = body.find('\\', at)) {
    const UnicodeEscape escape = read_unicode_escape(std::string_view(body).substr(at));
    if (escape.half) body.replace(at, escape.length, "\\ufffd");
    at += std::max<size_t>(escape.length, 2);
  }
}

}  // namespace

Result<dom::element> parse_json(std::string& body, dom::parser& parser, const char* what) {
  dom::element root;
  const auto load = [&] { return parser.parse(body).get(root); };
  auto failure = load();
  if (failure == simdjson::UTF8_ERROR) {
    body = repair_utf8(body);
    failure = load();
  }
  if (failure == simdjson::STRING_ERROR) {
    mend_surrogates(body);
    failure = load();
  }
  if (failure == simdjson::SUCCESS) return root;
  return invalid(std::string("cannot read ") + what +
                 " as JSON: " + simdjson::error_message(failure));
}

std::string BodyPath::text() const {
  if (!in) return "";
  const std::string before = in->text();
  if (name.empty()) return before + '[' + std::to_string(index) + ']';
  return (before.empty() ? "" : before + '.') + shown(name);
}

Error wrong(const BodyPath& at, const std::string& expected, const dom::element& found) {
  return invalid(body_or(at) + ": expected " + expected + ", found " + in_words(found));
}

bool is_named(std::string_view found, std::string_view name) {
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z' && found.size() > 1 && found[0] == '_' && found[1] == ascii_lower(c)) {
      found.remove_prefix(2);
    } else if (!found.empty() && found[0] == c) {
      found.remove_prefix(1);
    } else {
      return false;
    }
  }
  return found.empty();
}

Status Expected::check(const BodyPath& at) const {
  if (found_ || other_.empty()) return {};
  return invalid(body_or(at) + ": expected " + what_ + ", found only \"" + shown(other_) + "\"");
}

Status read_text(const dom::element& value, const BodyPath& at, std::string& out) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return wrong(at, "a string", value);
  out = text;
  return {};
}

Status read_number(const dom::element& value, const BodyPath& at, int64_t& out) {
  return read_whole(value, at, out);
}
Status read_number(const dom::element& value, const BodyPath& at, uint64_t& out) {
  return read_whole(value, at, out);
}
Status read_number(const dom::element& value, const BodyPath& at, uint32_t& out) {
  return read_whole(value, at, out);
}

Status read_double(const dom::element& value, const BodyPath& at, double& out) {
  std::string_view text;
  if (value.get(out) == simdjson::SUCCESS) return {};
  if (value.get(text) == simdjson::SUCCESS) {
    const bool is_word = text == "NaN" || text == "Infinity" || text == "-Infinity";
    const bool is_decimal = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    if ((is_word || is_decimal) && parse_whole(text, out)) return {};
  }
  return wrong(at, "a number", value);
}

Status read_id(const dom::element& value, const BodyPath& at, size_t id_bytes, std::string& out) {
  RETURN_IF_ERROR(read_text(value, at, out));
  const auto is_hex = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)); };
  if (std::all_of(out.begin(), out.end(), is_hex)) {
    for (char& c : out) c = ascii_lower(c);
    return {};
  }
  const auto bytes = decode_any_base64(out);
  if (!bytes || bytes->size() != id_bytes) return wrong(at, "hexadecimal digits", value);
  out = hex_text(*bytes);
  return {};
}

}  // namespace logsvc::wire
