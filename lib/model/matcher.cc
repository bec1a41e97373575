#include "model/matcher.h"

#include <re2/re2.h>

#include <algorithm>

#include "regex/compile_error.h"

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
    auto compiled = std::make_shared<const re2::RE2>(m.value_, options);
    if (!compiled->ok()) return regex::compile_error(*compiled, m.value_);
    m.regex_ = std::move(compiled);
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

}  // namespace logsvc
