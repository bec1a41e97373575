#include "logql/syntax/lexer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <set>

#include "base/any_case.h"
#include "base/utf8.h"
#include "gotext/go_string.h"

namespace logsvc::logql {
namespace {

constexpr size_t kMaxQueryBytes = 131072;

const std::set<std::string, std::less<>> kKeywords = {
    "by",           "without",     "bool",   "offset", "on",       "ignoring",
    "group_left",   "group_right", "or",     "and",    "unless",   "unwrap",
    "json",         "regexp",      "logfmt", "unpack", "pattern",  "line_format",
    "label_format", "decolorize",  "drop",   "keep",   "variants", "of"};

const std::set<std::string, std::less<>> kFunctions = {"count_over_time",
                                                       "rate",
                                                       "rate_counter",
                                                       "bytes_over_time",
                                                       "bytes_rate",
                                                       "avg_over_time",
                                                       "sum_over_time",
                                                       "min_over_time",
                                                       "max_over_time",
                                                       "stdvar_over_time",
                                                       "stddev_over_time",
                                                       "quantile_over_time",
                                                       "first_over_time",
                                                       "last_over_time",
                                                       "absent_over_time",
                                                       "sum",
                                                       "avg",
                                                       "count",
                                                       "max",
                                                       "min",
                                                       "stddev",
                                                       "stdvar",
                                                       "topk",
                                                       "bottomk",
                                                       "approx_topk",
                                                       "sort",
                                                       "sort_desc",
                                                       "vector",
                                                       "label_replace",
                                                       "ip",
                                                       "bytes",
                                                       "duration",
                                                       "duration_seconds"};

const std::array<const char*, 10> kTwoCharSymbols = {
    "=~", "!=", "!~", "!>", "|=", "|~", "|>", "==", ">=", "<="};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(std::string_view rune) {
  const auto c = static_cast<unsigned char>(rune[0]);
  return std::isalpha(c) || c == '_' || c >= 0x80;
}

// Parses 1.5KiB and the like, as Loki's lexer takes them and rounds them when it prints the query
// again.
bool parse_bytes(std::string_view number, std::string_view unit, double& out) {
  struct Unit {
    const char* name;
    double size;
  };
  static constexpr std::array<Unit, 19> kUnits = {{{"B", 1},
                                                   {"kB", 1e3},
                                                   {"KB", 1e3},
                                                   {"k", 1e3},
                                                   {"K", 1e3},
                                                   {"MB", 1e6},
                                                   {"M", 1e6},
                                                   {"GB", 1e9},
                                                   {"G", 1e9},
                                                   {"TB", 1e12},
                                                   {"T", 1e12},
                                                   {"KiB", 1024.0},
                                                   {"Ki", 1024.0},
                                                   {"MiB", 1048576.0},
                                                   {"Mi", 1048576.0},
                                                   {"GiB", 1073741824.0},
                                                   {"Gi", 1073741824.0},
                                                   {"TiB", 1099511627776.0},
                                                   {"Ti", 1099511627776.0}}};
  double value = 0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (failure != std::errc() || end != number.data() + number.size()) return false;
  for (const Unit& u : kUnits) {
    if (unit != u.name) continue;
    out = std::floor(value * u.size);
    if (out < 1000) return true;
    double scale = 1000;
    while (out >= scale * 1000) scale *= 1000;
    const double rounded = std::floor(out / scale * 10 + 0.5) / 10;
    out = (rounded < 10 ? rounded : std::nearbyint(rounded)) * scale;
    return true;
  }
  return false;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
  }

  Result<std::vector<Token>> run() {
    std::vector<Token> out;
    while (true) {
      RETURN_IF_ERROR(skip_blanks());
      Token token;
      token.line = line_;
      token.column = column_;
      if (at_ >= text_.size()) {
        out.push_back(token);
        break;
      }
      RETURN_IF_ERROR(next(token));
      out.push_back(std::move(token));
    }
    mark_functions(out);
    return out;
  }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void step(size_t bytes) {
    for (; bytes > 0 && at_ < text_.size(); --bytes, ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
        column_ = 1;
      } else if ((static_cast<unsigned char>(text_[at_]) & 0xC0) != 0x80) {
        ++column_;
      }
    }
  }

  Status skip_blanks() {
    while (at_ < text_.size()) {
      const char c = peek();
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        step(1);
      } else if (c == '#' || (c == '/' && peek(1) == '/')) {
        while (at_ < text_.size() && peek() != '\n') step(1);
      } else if (c == '/' && peek(1) == '*') {
        const size_t close = text_.find("*/", at_ + 2);
        if (close == std::string_view::npos) {
          return parse_error(line_, column_, "comment not terminated");
        }
        step(close + 2 - at_);
      } else {
        break;
      }
    }
    return {};
  }

  Status next(Token& token) {
    const char c = peek();
    const size_t rune = utf8_length(text_.substr(at_));
    if (rune == 0) return parse_error(line_, column_, "invalid UTF-8 encoding");
    if (c == '\0') return parse_error(line_, column_, "invalid character NUL");
    if (c == '"') return quoted(token);
    if (c == '`') return raw_string(token);
    if (c == '[') return range(token);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number(token);
    if (is_letter(text_.substr(at_, rune))) return identifier(token);
    if (c == '\'') return character(token);
    if (c == '-' && peek(1) == '-' && flag(token)) return {};
    if (c == '-' && is_digit(peek(1)) && negative_duration(token)) return {};
    token.kind = TokenKind::kSymbol;
    for (const char* two : kTwoCharSymbols) {
      if (text_.substr(at_, 2) == two) {
        token.text = two;
        token.line = 0;
        step(2);
        return {};
      }
    }
    static constexpr std::string_view kSingles = "={}|+-*/%^(),.<>]";
    if (kSingles.find(c) == std::string_view::npos) token.kind = TokenKind::kIdentifier;
    token.text = token.value = text_.substr(at_, rune);
    step(rune);
    return {};
  }

  Status quoted(Token& token) {
    token.kind = TokenKind::kString;
    size_t at = at_ + 1;
    std::string& out = token.value;
    while (at < text_.size() && text_[at] != '"') {
      if (text_[at] == '\n') return parse_error(token.line, token.column, "literal not terminated");
      if (text_[at] != '\\') {
        out += text_[at++];
        continue;
      }
      if (!read_go_escape(text_, at, out))
        return parse_error(token.line, token.column, "invalid char escape");
    }
    if (at >= text_.size()) return parse_error(token.line, token.column, "literal not terminated");
    step(at + 1 - at_);
    return {};
  }

  Status raw_string(Token& token) {
    token.kind = TokenKind::kString;
    const size_t close = text_.find('`', at_ + 1);
    if (close == std::string_view::npos) {
      return parse_error(token.line, token.column, "literal not terminated");
    }
    token.value = text_.substr(at_ + 1, close - at_ - 1);
    step(close + 1 - at_);
    return {};
  }

  Status range(Token& token) {
    token.kind = TokenKind::kRange;
    token.line = 0;
    const size_t close = text_.find(']', at_);
    if (close == std::string_view::npos) {
      return parse_error(0, token.column, "missing closing ']' in duration");
    }
    const auto d = parse_prometheus_duration(text_.substr(at_ + 1, close - at_ - 1));
    if (!d.ok()) return parse_error(0, token.column, d.error().message);
    token.text = text_.substr(at_, close + 1 - at_);
    token.duration = *d;
    step(close + 1 - at_);
    return {};
  }

  // Returns the length of the numeric literal at `at`: 12, 1_000, .5, 1e9, 0x1f.
  size_t number_length(size_t at) const {
    const size_t first = at;
    const auto digits = [&] {
      while (at < text_.size() && (is_digit(text_[at]) || text_[at] == '_')) ++at;
    };
    if (text_[at] == '0' && at + 1 < text_.size() && (text_[at + 1] | 32) == 'x') {
      at += 2;
      while (at < text_.size() && std::isxdigit(static_cast<unsigned char>(text_[at]))) ++at;
      return at - first;
    }
    digits();
    if (at < text_.size() && text_[at] == '.') {
      ++at;
      digits();
    }
    if (at + 1 < text_.size() && (text_[at] | 32) == 'e') {
      size_t exponent = at + 1;
      if (text_[exponent] == '+' || text_[exponent] == '-') ++exponent;
      if (exponent < text_.size() && is_digit(text_[exponent])) {
        at = exponent;
        digits();
      }
    }
    return at - first;
  }

  // Returns all digits, dots and unit letters from `at`: they may be a duration.
  std::string_view duration_text(size_t at) const {
    size_t end = at;
    while (end < text_.size() && (is_digit(text_[end]) || text_[end] == '.' ||
                                  std::string_view("ywdhmsnu\xC2\xB5\xCE\xBC").find(text_[end]) !=
                                      std::string_view::npos)) {
      ++end;
    }
    return text_.substr(at, end - at);
  }

  Status number(Token& token) {
    const std::string_view span = duration_text(at_);
    const size_t plain = number_length(at_);
    if (span.size() > plain) {
      auto d = parse_prometheus_duration(span);
      if (!d.ok()) d = parse_go_duration(span);
      if (d.ok()) {
        token.kind = TokenKind::kDuration;
        token.line = 0;
        token.text = span;
        token.duration = *d;
        step(span.size());
        return {};
      }
    }
    size_t unit_end = at_ + plain;
    while (unit_end < text_.size() &&
           std::string_view("BikKMGT").find(text_[unit_end]) != std::string_view::npos) {
      ++unit_end;
    }
    const std::string_view digits = text_.substr(at_, plain);
    if (unit_end > at_ + plain &&
        parse_bytes(digits, text_.substr(at_ + plain, unit_end - at_ - plain), token.number)) {
      token.kind = TokenKind::kBytes;
      token.line = 0;
      token.text = text_.substr(at_, unit_end - at_);
      step(unit_end - at_);
      return {};
    }
    RETURN_IF_ERROR(check_number(digits, token));
    token.kind = TokenKind::kNumber;
    token.text = digits;
    std::string clean(digits);
    std::erase(clean, '_');
    const auto [end, failure] =
        std::from_chars(clean.data(), clean.data() + clean.size(), token.number);
    if (failure != std::errc() || end != clean.data() + clean.size()) {
      // 0x10 is a number to the lexer, but not to its users.
      token.number = std::nan("");
    }
    step(plain);
    return {};
  }

  // Refuses literals that Go's scanner refuses.
  Status check_number(std::string_view digits, const Token& token) const {
    const char after = peek(digits.size());
    const auto refuse = [&](const std::string& message) {
      return parse_error(token.line, token.column, message);
    };
    const bool hex = digits.size() > 1 && (digits[1] | 32) == 'x';
    if ((after | 32) == 'e' && !hex) return refuse("exponent has no digits");
    if ((after | 32) == 'p' && !hex) {
      return refuse(std::string("'") + after + "' exponent requires hexadecimal mantissa");
    }
    if (hex || digits.size() < 2 || digits[0] != '0') return {};
    if (digits.find_first_of(".eE") != std::string_view::npos) return {};
    const size_t bad = digits.find_first_of("89");
    if (bad == std::string_view::npos) return {};
    return refuse(std::string("invalid digit '") + digits[bad] + "' in octal literal");
  }

  bool negative_duration(Token& token) {
    const std::string_view span = duration_text(at_ + 1);
    if (span.size() <= number_length(at_ + 1)) return false;
    const auto d = parse_go_duration(span);
    if (!d.ok()) return false;
    token.kind = TokenKind::kDuration;
    token.line = 0;
    token.text = "-" + std::string(span);
    token.duration = -*d;
    step(span.size() + 1);
    return true;
  }

  Status identifier(Token& token) {
    size_t end = at_;
    while (end < text_.size()) {
      const size_t rune = utf8_length(text_.substr(end));
      if (rune == 0 || !(is_letter(text_.substr(end, rune)) || is_digit(text_[end]))) break;
      end += rune;
    }
    token.value = text_.substr(at_, end - at_);
    token.kind = TokenKind::kIdentifier;
    token.text = ascii_lowered(token.value);
    if (kKeywords.count(token.text)) {
      token.kind = TokenKind::kKeyword;
    } else {
      token.text = token.value;
    }
    step(end - at_);
    return {};
  }

  bool flag(Token& token) {
    for (const std::string_view name : {"--strict", "--keep-empty"}) {
      const std::string_view rest = text_.substr(at_);
      if (!rest.starts_with(name)) continue;
      if (rest.size() > name.size() && is_letter(rest.substr(name.size(), 1))) continue;
      token.kind = TokenKind::kFlag;
      token.line = 0;
      token.text = name;
      step(name.size());
      return true;
    }
    return false;
  }

  // 'x' is not a string: one character in it makes an identifier.
  Status character(Token& token) {
    const size_t close = text_.find('\'', at_ + 1);
    const size_t newline = text_.find('\n', at_);
    if (close == std::string_view::npos || newline < close) {
      return parse_error(token.line, token.column, "literal not terminated");
    }
    const std::string_view inside = text_.substr(at_ + 1, close - at_ - 1);
    if (inside.empty() || utf8_length(inside) != inside.size()) {
      return parse_error(token.line, token.column, "invalid char literal");
    }
    token.kind = TokenKind::kIdentifier;
    token.text = token.value = text_.substr(at_, close + 1 - at_);
    step(close + 1 - at_);
    return {};
  }

  // A function's name is one only in front of ( or by ( or without (.
  static void mark_functions(std::vector<Token>& tokens) {
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      Token& t = tokens[i];
      if (t.kind != TokenKind::kIdentifier || !kFunctions.count(ascii_lowered(t.value))) continue;
      const Token& after = tokens[i + 1];
      const bool grouped = (after.is("by") || after.is("without")) && tokens[i + 2].is("(");
      if (after.is("(") || grouped) {
        t.kind = TokenKind::kFunction;
        t.text = ascii_lowered(t.value);
      }
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace

std::string token_spelling(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "$end";
    case TokenKind::kIdentifier:
      return "IDENTIFIER";
    case TokenKind::kString:
      return "STRING";
    case TokenKind::kNumber:
      return "NUMBER";
    case TokenKind::kDuration:
      return "DURATION";
    case TokenKind::kBytes:
      return "BYTES";
    case TokenKind::kRange:
      return "RANGE";
    case TokenKind::kFlag:
      return "FUNCTION_FLAG";
    case TokenKind::kKeyword:
    case TokenKind::kSymbol:
      return token.text;
    case TokenKind::kFunction: {
      if (token.text == "ip" || token.text == "label_replace") return token.text;
      if (token.text == "bytes") return "BYTES_CONV";
      if (token.text == "duration") return "DURATION_CONV";
      if (token.text == "duration_seconds") return "DURATION_SECONDS_CONV";
      std::string out;
      for (const char c : token.text)
        out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      return out;
    }
  }
  return "";
}

Error parse_error(int line, int column, const std::string& message) {
  if (line == 0 && column == 0) return invalid("parse error : " + message);
  return invalid("parse error at line " + std::to_string(line) + ", col " + std::to_string(column) +
                 ": " + message);
}

Result<std::vector<Token>> lex(std::string_view query) {
  if (query.size() >= kMaxQueryBytes) {
    return parse_error(0, 0,
                       "input size too long (" + std::to_string(query.size()) + " > " +
                           std::to_string(kMaxQueryBytes) + ")");
  }
  return Lexer(query).run();
}

}  // namespace logsvc::logql
