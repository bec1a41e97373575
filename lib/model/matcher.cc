#include "model/matcher.h"

#include <re2/re2.h>

#include <algorithm>

namespace logsvc {

Result<Matcher> Matcher::make(MatchType type, std::string name, std::string value) {
  Matcher m;
  m.type_ = type;
  m.name_ = std::move(name);
  m.value_ = std::move(value);
  if (type == MatchType::kRegex || type == MatchType::kNotRegex) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(true);
    options.set_max_mem(64 << 20);
    // Compiled once as written for the error text, which must not show our anchors.
    auto regex = std::make_shared<const re2::RE2>(m.value_, options);
    if (!regex->ok()) return invalid(go_regexp_error(*regex));
    m.regex_ = std::move(regex);
  }
  return m;
}

bool Matcher::matches(std::string_view value) const {
  const re2::StringPiece text(value.data(), value.size());
  switch (type_) {
    case MatchType::kEqual:
      return value == value_;
    case MatchType::kNotEqual:
      return value != value_;
    case MatchType::kRegex:
      return re2::RE2::FullMatch(text, *regex_);
    case MatchType::kNotRegex:
      return !re2::RE2::FullMatch(text, *regex_);
  }
  return false;
}

std::string Matcher::to_string() const {
  static constexpr const char* kOperators[] = {"=", "!=", "=~", "!~"};
  return name_ + kOperators[static_cast<int>(type_)] + quote(value_);
}

bool matches_all(std::span<const Matcher> matchers, const LabelSet& labels) {
  return std::all_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& m) { return m.matches(labels.get(m.name())); });
}

std::string go_regexp_error(const re2::RE2& failed) {
  using re2::RE2;
  const char* what = "internal error";
  switch (failed.error_code()) {
    case RE2::ErrorBadEscape:
      what = "invalid escape sequence";
      break;
    case RE2::ErrorBadCharClass:
      what = "invalid character class";
      break;
    case RE2::ErrorBadCharRange:
      what = "invalid character class range";
      break;
    case RE2::ErrorMissingBracket:
      what = "missing closing ]";
      break;
    case RE2::ErrorMissingParen:
      what = "missing closing )";
      break;
    case RE2::ErrorUnexpectedParen:
      what = "unexpected )";
      break;
    case RE2::ErrorTrailingBackslash:
      what = "trailing backslash at end of expression";
      break;
    case RE2::ErrorRepeatArgument:
      what = "missing argument to repetition operator";
      break;
    case RE2::ErrorRepeatSize:
      what = "invalid repeat count";
      break;
    case RE2::ErrorRepeatOp:
      what = "invalid nested repetition operator";
      break;
    case RE2::ErrorBadPerlOp:
      what = "invalid or unsupported Perl syntax";
      break;
    case RE2::ErrorBadUTF8:
      what = "invalid UTF-8";
      break;
    case RE2::ErrorBadNamedCapture:
      what = "invalid named capture";
      break;
    case RE2::ErrorPatternTooLarge:
      what = "expression too large";
      break;
    default:
      break;
  }
  std::string fragment = failed.error_arg();
  // Go shows the whole expression for an unclosed group.
  if (failed.error_code() == RE2::ErrorMissingParen) fragment = failed.pattern();
  std::string out = std::string("error parsing regexp: ") + what;
  if (!fragment.empty()) out += ": `" + fragment + "`";
  return out;
}

}  // namespace logsvc
