#include "extract/logfmt_fields.h"

#include "base/utf8.h"
#include "extract/json_fields.h"

namespace logsvc::extract {
namespace {

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

enum class Quoted { kRead, kInvalid, kOpen };

// The four hex digits at the start of the text; -1 if there are none.
int hex4(std::string_view text) {
  if (text.size() < 4) return -1;
  int code = 0;
  for (const char c : text.substr(0, 4)) {
    const bool hex = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
    if (!hex) return -1;
    code = code * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  }
  return code;
}

// Reads the digits behind a \u, of a surrogate also those of the other one; `at` is the u, then the
// last byte read. False if there are no digits.
bool read_unicode(std::string_view line, size_t& at, std::string& out) {
  int code = hex4(line.substr(at + 1));
  if (code < 0) return false;
  at += 4;
  if (code >= 0xD800 && code < 0xE000) {
    const int low = line.substr(at + 1, 2) == "\\u" ? hex4(line.substr(at + 3)) : -1;
    if (code < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      at += 6;
    } else {
      code = 0xFFFD;
    }
  }
  append_utf8(out, static_cast<uint32_t>(code));
  return true;
}

// Unescapes "…" from `at` (the opening quote) and moves behind the closing one, also if an escape
// is none.
Quoted read_quoted(std::string_view line, size_t& at, std::string& out) {
  static constexpr std::string_view kNames = "\"\\/'bfnrt";
  static constexpr std::string_view kValues = "\"\\/'\b\f\n\r\t";
  out.clear();
  bool valid = true;
  for (++at; at < line.size(); ++at) {
    if (line[at] == '"') {
      ++at;
      return valid ? Quoted::kRead : Quoted::kInvalid;
    }
    if (line[at] != '\\') {
      out += line[at];
      continue;
    }
    if (++at == line.size()) break;
    const size_t n = kNames.find(line[at]);
    if (n != std::string_view::npos) {
      out += kValues[n];
    } else if (line[at] != 'u' || !read_unicode(line, at, out)) {
      valid = false;
    }
  }
  at = line.size();
  return Quoted::kOpen;
}

bool has_bad_rune(std::string_view text) {
  return !is_utf8(text) || text.find("\xEF\xBF\xBD") != std::string_view::npos;
}

void skip_to_space(std::string_view line, size_t& at) {
  while (at < line.size() && !is_space(line[at])) ++at;
}

}  // namespace

std::string LogfmtFields::read(std::string_view line, bool strict, const Visit& visit) {
  const auto fault = [](size_t at, const std::string& what) {
    return "logfmt syntax error at pos " + std::to_string(at + 1) + " : " + what;
  };
  size_t at = 0;
  while (true) {
    while (at < line.size() && is_space(line[at])) ++at;
    if (at == line.size()) return "";
    const size_t first = at;
    std::string problem;
    while (at < line.size() && !is_space(line[at]) && line[at] != '=' && line[at] != '"') ++at;
    const std::string_view key = line.substr(first, at - first);
    value_.clear();
    if (at < line.size() && line[at] == '"') {
      problem = fault(at, "unexpected '\"'");
    } else if (key.empty()) {
      problem = fault(at, "unexpected '='");
    } else if (has_bad_rune(key)) {
      problem = fault(at, "invalid key");
    } else if (at < line.size() && line[at] == '=') {
      ++at;
      if (at < line.size() && line[at] == '"') {
        const Quoted read = read_quoted(line, at, value_);
        if (read == Quoted::kOpen) problem = fault(at, "unterminated quoted value");
        if (read == Quoted::kInvalid) {
          if (strict) return fault(at, "invalid quoted value");
          continue;
        }
      } else {
        const size_t value_first = at;
        while (at < line.size() && !is_space(line[at]) && line[at] != '=' && line[at] != '"') ++at;
        value_ = line.substr(value_first, at - value_first);
        if (at < line.size() && !is_space(line[at])) {
          problem = fault(at, std::string("unexpected '") + line[at] + "'");
        }
      }
    }
    if (!problem.empty()) {
      if (strict) return problem;
      skip_to_space(line, at);
      continue;
    }
    raw_key_ = key;
    key_.clear();
    append_sanitised(key_, key, true);
    if (!is_utf8(value_)) value_ = repair_utf8(value_);
    if (!visit(key_, value_)) return "";
  }
}

}  // namespace logsvc::extract
