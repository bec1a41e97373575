#include "agent/pipeline/selector.h"

#include <algorithm>
#include <cctype>

#include "agent/pipeline/pipeline_entry.h"
#include "gotext/go_string.h"

namespace logsvc::agent {

class SelectorParser {
 public:
  explicit SelectorParser(std::string_view text) : text_(text) {}

  Result<Selector> run() {
    Selector out;
    RETURN_IF_ERROR(expect("{", "expecting {"));
    while (true) {
      RETURN_IF_ERROR(matcher(out));
      if (take(",")) continue;
      RETURN_IF_ERROR(expect("}", "expecting , or }"));
      break;
    }
    for (blanks(); at_ < text_.size(); blanks()) RETURN_IF_ERROR(filter(out));
    return out;
  }

 private:
  void blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(std::string_view sign) {
    blanks();
    if (!text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }
  Error unexpected(const std::string& wanted) {
    blanks();
    const auto before = text_.substr(0, at_);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t newline = before.rfind('\n');
    const size_t column = newline == std::string_view::npos ? at_ + 1 : at_ - newline;
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    const std::string found = c == '\0' ? "$end"
                              : std::isalpha(static_cast<unsigned char>(c)) || c == '_'
                                  ? "IDENTIFIER"
                              : c == '"' || c == '`' ? "STRING"
                                                     : std::string(1, c);
    return invalid("parse error at line " + std::to_string(line) + ", col " +
                   std::to_string(column) + ": syntax error: unexpected " + found + ", " + wanted);
  }
  Status expect(std::string_view sign, const std::string& wanted) {
    if (take(sign)) return {};
    return unexpected(wanted);
  }

  Status text(std::string& out) {
    blanks();
    if (at_ >= text_.size() || text_[at_] != '"') return unexpected("expecting STRING");
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size() || !unquote_go(text_.substr(at_, end + 1 - at_), out)) {
      return unexpected("a text in double quotes is not ended");
    }
    at_ = end + 1;
    return {};
  }

  Status matcher(Selector& out) {
    blanks();
    const size_t start = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) {
      ++at_;
    }
    const std::string name(text_.substr(start, at_ - start));
    if (!is_label_name(name)) {
      at_ = start;
      return unexpected("expecting IDENTIFIER");
    }
    MatchType type = MatchType::kEqual;
    if (take("=~")) {
      type = MatchType::kRegex;
    } else if (take("!~")) {
      type = MatchType::kNotRegex;
    } else if (take("!=")) {
      type = MatchType::kNotEqual;
    } else {
      RETURN_IF_ERROR(expect("=", "expecting =, !=, =~ or !~"));
    }
    std::string value;
    RETURN_IF_ERROR(text(value));
    ASSIGN_OR_RETURN(Matcher made, Matcher::make(type, name, value));
    out.matchers_.push_back(std::move(made));
    return {};
  }

  Status filter(Selector& out) {
    Selector::LineFilter one;
    if (take("|=")) {
    } else if (take("|~")) {
      one.is_regex = true;
    } else if (take("!=")) {
      one.wanted = false;
    } else if (take("!~")) {
      one.wanted = false;
      one.is_regex = true;
    } else {
      if (at_ < text_.size() && text_[at_] == '|') ++at_;
      return unexpected("expecting != or !~ or |~ or |=");
    }
    RETURN_IF_ERROR(text(one.text));
    if (one.is_regex) {
      ASSIGN_OR_RETURN(one.regex, GoRegex::compile(one.text));
    }
    out.filters_.push_back(std::move(one));
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
};

Result<Selector> Selector::parse(std::string_view text) { return SelectorParser(text).run(); }

bool Selector::matches(const Labels& labels, std::string_view line) const {
  for (const Matcher& matcher : matchers_) {
    const std::string* value = find_label(labels, matcher.name());
    if (!matcher.matches(value ? *value : std::string_view())) return false;
  }
  return std::all_of(filters_.begin(), filters_.end(), [&](const LineFilter& filter) {
    const bool found = filter.is_regex ? filter.regex.matches(line)
                                       : line.find(filter.text) != std::string_view::npos;
    return found == filter.wanted;
  });
}

}  // namespace logsvc::agent
