#include "server/auth/oidc/claims.h"

#include <algorithm>

#include "base/base64.h"
#include "base/json_cursor.h"

namespace logsvc::server::oidc {
namespace {

// Steps over the whole value; false if it is no JSON or is nested too deeply.
bool is_shallow(std::string_view text) {
  JsonCursor cursor(text, kMostDepth);
  JsonScalar scalar;
  std::string open;  // which brackets are open
  const auto value = [&] {
    const char c = cursor.ahead();
    if (c != '{' && c != '[') return cursor.scalar(scalar);
    open += c;
    return cursor.open();
  };
  if (cursor.ahead() != '{' || !value()) return false;
  while (!open.empty()) {
    if (open.back() == '{' ? cursor.next_member(scalar) : cursor.next_item()) {
      if (!value()) return false;
      continue;
    }
    if (cursor.failed()) return false;
    open.pop_back();
  }
  return cursor.finish();
}

}  // namespace

Result<Json> parse_object(std::string_view text, std::string_view what) {
  if (is_shallow(text)) {
    Json parsed = Json::parse(text, nullptr, false);
    if (parsed.is_object()) return parsed;
  }
  return invalid(std::string(what) + " is not a JSON object");
}

std::string text_of(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<double> seconds_of(const Json& object, std::string_view name) {
  constexpr double kMost = 253'402'300'799;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const auto seconds = found->get<double>();
  if (!(seconds >= 0 && seconds <= kMost)) return std::nullopt;
  return seconds;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  const auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  if (text.size() % 4 == 1 || !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  return decode_any_base64(text);
}

std::string encode_base64url(std::string_view bytes) {
  std::string out = encode_base64(bytes);
  while (out.ends_with('=')) out.pop_back();
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

}  // namespace logsvc::server::oidc
