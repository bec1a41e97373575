#include "extract/logfmt_fields.h"

#include "base/unicode_escape.h"
#include "base/utf8.h"
#include "extract/json_fields.h"

namespace logsvc::extract {
namespace {

constexpr std::string_view kEscapeNames = "\"\\/'bfnrt";
constexpr std::string_view kEscapeValues = "\"\\/'\b\f\n\r\t";

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

// text[at] is behind a backslash. Returns the length of the escape from there on; 0 if it is
// invalid.
size_t escape_length(std::string_view text, size_t at) {
  if (kEscapeNames.find(text[at]) != std::string_view::npos) return 1;
  const size_t length = read_unicode_escape(text.substr(at - 1)).length;
  return length > 0 ? length - 1 : 0;
}

// Goes from `at` to the quote that ends the string, even if an escape is invalid.
LogfmtToken::Fault read_quoted(std::string_view line, size_t& at) {
  using Fault = LogfmtToken::Fault;
  bool valid = true;
  for (; at < line.size(); ++at) {
    if (line[at] == '"') return valid ? Fault::kNone : Fault::kInvalidValue;
    if (line[at] != '\\') continue;
    if (++at == line.size()) break;
    const size_t length = escape_length(line, at);
    valid &= length > 0;
    if (length > 1) at += length - 1;
  }
  return Fault::kUnterminated;
}

// Keeps invalid escapes as they are written.
void unescape(std::string_view text, std::string& out) {
  out.clear();
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size() || escape_length(text, at + 1) == 0) {
      out += text[at];
      continue;
    }
    const size_t n = kEscapeNames.find(text[++at]);
    if (n != std::string_view::npos) {
      out += kEscapeValues[n];
    } else {
      const UnicodeEscape escape = read_unicode_escape(text.substr(at - 1));
      append_utf8(out, escape.rune);
      at += escape.length - 2;
    }
  }
}

bool has_bad_rune(std::string_view text) {
  return !is_utf8(text) || text.find("\xEF\xBF\xBD") != std::string_view::npos;
}

size_t word_end(std::string_view line, size_t at) {
  while (at < line.size() && !is_space(line[at]) && line[at] != '=' && line[at] != '"') ++at;
  return at;
}

std::string fault_text(std::string_view line, const LogfmtToken& token) {
  using Fault = LogfmtToken::Fault;
  std::string what = "invalid quoted value";
  if (token.fault == Fault::kInvalidKey) what = "invalid key";
  if (token.fault == Fault::kUnterminated) what = "unterminated quoted value";
  if (token.fault == Fault::kUnexpected) {
    what = std::string("unexpected '") + line[token.fault_at] + "'";
  }
  return "logfmt syntax error at pos " + std::to_string(token.fault_at + 1) + " : " + what;
}

}  // namespace

bool next_logfmt_token(std::string_view line, size_t from, LogfmtToken& out) {
  using Fault = LogfmtToken::Fault;
  size_t at = from;
  while (at < line.size() && is_space(line[at])) ++at;
  if (at == line.size()) return false;
  out = {};
  out.begin = at;
  at = out.key_end = word_end(line, at);
  out.value_begin = out.value_end = at;
  const bool more = at < line.size() && !is_space(line[at]);
  if (more && (line[at] == '"' || at == out.begin)) {
    out.fault = Fault::kUnexpected;
  } else if (has_bad_rune(line.substr(out.begin, at - out.begin))) {
    out.fault = Fault::kInvalidKey;
  } else if (more) {
    out.has_value = true;
    out.quoted = ++at < line.size() && line[at] == '"';
    out.value_begin = at += out.quoted;
    if (out.quoted) {
      out.fault = read_quoted(line, at);
      out.value_end = at;
      at += out.fault != Fault::kUnterminated;
    } else {
      at = out.value_end = word_end(line, at);
      if (at < line.size() && !is_space(line[at])) out.fault = Fault::kUnexpected;
    }
  }
  out.read_end = at;
  out.fault_at = at;
  if (out.fault != Fault::kNone && out.fault != Fault::kInvalidValue) {
    while (at < line.size() && !is_space(line[at])) ++at;
  }
  out.end = at;
  return true;
}

std::string_view logfmt_value(std::string_view written, bool quoted, std::string& buffer) {
  std::string_view value = written;
  if (quoted && value.find('\\') != std::string_view::npos) {
    unescape(value, buffer);
    value = buffer;
  }
  if (!is_utf8(value)) {
    buffer = repair_utf8(value);
    value = buffer;
  }
  return value;
}

LogfmtQuoted read_inside_logfmt_quotes(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') return LogfmtQuoted::kLeaves;
    if (text[at] != '\\') continue;
    if (++at == text.size()) return LogfmtQuoted::kOpens;
    const size_t length = escape_length(text, at);
    if (length == 0) return LogfmtQuoted::kLeaves;
    at += length - 1;
  }
  return LogfmtQuoted::kStays;
}

std::string LogfmtFields::read(std::string_view line, bool strict, const Visit& visit) {
  LogfmtToken token;
  for (size_t at = 0; next_logfmt_token(line, at, token); at = token.end) {
    if (token.fault != LogfmtToken::Fault::kNone) {
      if (strict) return fault_text(line, token);
      continue;
    }
    raw_key_ = line.substr(token.begin, token.key_end - token.begin);
    key_.clear();
    append_sanitised(key_, raw_key_, true);
    const std::string_view written =
        line.substr(token.value_begin, token.value_end - token.value_begin);
    if (!visit(key_, logfmt_value(written, token.quoted, value_))) return "";
  }
  return "";
}

}  // namespace logsvc::extract
