#include "extract/logfmt_fields.h"

#include "base/utf8.h"
#include "extract/json_fields.h"

namespace logsvc::extract {
namespace {

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

// Unescapes "…" from `at` (the opening quote) and moves behind the closing one.
bool read_quoted(std::string_view line, size_t& at, std::string& out) {
  static constexpr std::string_view kNames = "\"\\/'bfnrt";
  static constexpr std::string_view kValues = "\"\\/'\b\f\n\r\t";
  out.clear();
  for (++at; at < line.size(); ++at) {
    if (line[at] == '"') {
      ++at;
      return true;
    }
    if (line[at] != '\\') {
      out += line[at];
      continue;
    }
    if (++at == line.size()) return false;
    const size_t n = kNames.find(line[at]);
    if (n != std::string_view::npos) {
      out += kValues[n];
    } else if (line[at] == 'u' && at + 4 < line.size()) {
      uint32_t code = 0;
      for (size_t i = 1; i <= 4; ++i) {
        const char c = line[at + i];
        const bool hex = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
        if (!hex) return false;
        code = code * 16 + static_cast<uint32_t>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
      }
      if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
      append_utf8(out, code);
      at += 4;
    } else {
      return false;
    }
  }
  return false;
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
    } else if (at < line.size() && line[at] == '=') {
      ++at;
      if (at < line.size() && line[at] == '"') {
        const size_t quote_at = at;
        if (!read_quoted(line, at, value_)) {
          problem = at >= line.size() ? fault(line.size(), "unterminated quoted value")
                                      : fault(quote_at, "invalid quoted value");
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
    if (!is_utf8(value_)) value_ = repair_utf8(value_, " ");
    if (!visit(key_, value_)) return "";
  }
}

}  // namespace logsvc::extract
