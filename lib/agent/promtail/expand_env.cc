#include "agent/promtail/expand_env.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/utf8.h"
#include "base/wildcards.h"
#include "gotext/unicode.h"

namespace logsvc::agent {
namespace {

constexpr int kMaxDepth = 20;

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::string trim_glob(const std::string& text, const std::string& pattern, bool front,
                      bool longest) {
  const size_t n = text.size();
  for (size_t i = 0; i <= n; ++i) {
    const size_t length = longest ? n - i : i;
    const auto part = front ? std::string_view(text).substr(0, length)
                            : std::string_view(text).substr(n - length);
    if (!matches_wildcards(part, pattern)) continue;
    return front ? text.substr(length) : text.substr(0, n - length);
  }
  return text;
}

std::string replace_text(std::string text, const std::string& from, const std::string& to,
                         bool all) {
  if (from.empty()) return text;
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
    if (!all) break;
  }
  return text;
}

std::string change_first(const std::string& text, bool upper) {
  size_t length = 0;
  if (text.empty()) return text;
  (void)first_rune(text, length);
  const std::string head = text.substr(0, length);
  return (upper ? to_upper(head) : to_lower(head)) + text.substr(length);
}

std::string part_of(const std::string& text, const std::string& from, const std::string& count) {
  const auto number = [](const std::string& s, int64_t missing) {
    int64_t out = missing;
    std::from_chars(s.data(), s.data() + s.size(), out);
    return out;
  };
  const auto size = static_cast<int64_t>(text.size());
  int64_t start = number(from, 0);
  if (start < 0) start = std::max<int64_t>(0, size + start);
  start = std::min(start, size);
  int64_t length = count.empty() ? size - start : number(count, 0);
  if (length < 0) length = std::max<int64_t>(0, size - start + length);
  return text.substr(static_cast<size_t>(start),
                     static_cast<size_t>(std::min(length, size - start)));
}

class Expander {
 public:
  Expander(const std::string& text, const config::Environment& environment)
      : text_(text), environment_(environment) {}

  Result<ExpandedText> run() {
    ExpandedText out;
    unset_ = &out.unset;
    RETURN_IF_ERROR(read(out.text, "", 0, true));
    return out;
  }

 private:
  char now() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool ended() const { return at_ >= text_.size(); }
  size_t line() const {
    return 1 + static_cast<size_t>(std::count(
                   text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
  }
  Error fault(const std::string& what) const {
    return invalid("line " + std::to_string(line()) + ": " + what);
  }

  // Reads text up to one of the characters of `until`, or all of it if that is empty. `escapes`: $$
  // and backslashes are special, as they are in some places only.
  Status read(std::string& out, std::string_view until, int depth, bool escapes) {
    if (depth > kMaxDepth) return fault("variables are nested too deeply");
    while (!ended() && (until.empty() || until.find(now()) == std::string_view::npos)) {
      const std::string_view pair = std::string_view(text_).substr(at_, 2);
      if (escapes && (pair == "$$" || pair == "\\\\" || pair == "\\/")) {
        out += pair[1];
        at_ += 2;
      } else if (pair == "${") {
        at_ += 2;
        RETURN_IF_ERROR(variable(out, depth));
      } else {
        out += text_[at_++];
      }
    }
    return {};
  }

  Status close() {
    if (now() != '}') return fault("missing closing brace");
    ++at_;
    return {};
  }

  std::string name() {
    std::string out;
    while (is_name_char(now())) out += text_[at_++];
    return out;
  }

  // Reads the rest of ${…}.
  Status variable(std::string& out, int depth) {
    const bool length = now() == '#';
    if (length) ++at_;
    const std::string variable_name = name();
    if (variable_name.empty()) return fault("unable to parse variable name");
    const auto found = environment_(variable_name);
    const std::string value = found.value_or("");
    if (length) {
      out += std::to_string(value.size());
      return close();
    }
    const char c = now();
    if (c == '}' && !found) {
      unset_->push_back("line " + std::to_string(line()) + ": ${" + variable_name +
                        "} is not set and counts as empty");
    }
    if (c == '^' || c == ',') {
      change_case(out, value);
    } else if (c == '#' || c == '%') {
      RETURN_IF_ERROR(trim(out, value, depth));
    } else if (c == '/') {
      RETURN_IF_ERROR(replace(out, value, depth));
    } else if (c == ':' || c == '=') {
      RETURN_IF_ERROR(default_or_part(out, value, depth));
    } else {
      out += value;
    }
    return close();
  }

  // Changes the first character for ^ and , and all of them for ^^ and ,,.
  void change_case(std::string& out, const std::string& value) {
    const char c = now();
    const bool all = at_ + 1 < text_.size() && text_[at_ + 1] == c;
    at_ += all ? 2 : 1;
    out += !all ? change_first(value, c == '^') : c == '^' ? to_upper(value) : to_lower(value);
  }

  // Removes the shortest match from the front (#PATTERN) or the end (%PATTERN); ## and %% the
  // longest.
  Status trim(std::string& out, const std::string& value, int depth) {
    const char c = now();
    ++at_;
    const bool longest = now() == c;
    if (longest) ++at_;
    std::string pattern;
    RETURN_IF_ERROR(argument(pattern, "}", depth));
    out += trim_glob(value, pattern, c == '#', longest);
    return {};
  }

  // Replaces the first match (/FROM/TO), all (//FROM/TO), or one at the start (/#FROM/TO) or end
  // (/%FROM/TO).
  Status replace(std::string& out, const std::string& value, int depth) {
    ++at_;
    const char kind = now();
    if (kind == '/' || kind == '#' || kind == '%') ++at_;
    std::string from, to;
    RETURN_IF_ERROR(argument(from, "/}", depth, true));
    if (now() == '/') {
      ++at_;
      RETURN_IF_ERROR(argument(to, "}", depth, true));
    }
    const bool fits = kind == '#'   ? value.starts_with(from)
                      : kind == '%' ? value.ends_with(from)
                                    : true;
    if (fits && kind == '%') {
      out += value.substr(0, value.size() - from.size()) + to;
    } else {
      out += fits ? replace_text(value, from, to, kind == '/') : value;
    }
    return {};
  }

  // Reads =TEXT, :-TEXT and similar forms, which replace an empty value, and :FROM and :FROM:COUNT,
  // which take a part of it.
  Status default_or_part(std::string& out, const std::string& value, int depth) {
    const bool colon = now() == ':';
    ++at_;
    const char kind = now();
    if (!colon || kind == '-' || kind == '=' || kind == '+' || kind == '?') {
      if (colon) ++at_;
      std::string other;
      RETURN_IF_ERROR(read(other, "}", depth + 1, false));
      out += value.empty() ? other : value;
      return {};
    }
    std::string from, count;
    RETURN_IF_ERROR(argument(from, ":}", depth));
    if (now() == ':') {
      ++at_;
      RETURN_IF_ERROR(argument(count, "}", depth));
    }
    out += part_of(value, from, count);
    return {};
  }

  Status argument(std::string& out, std::string_view until, int depth, bool escapes = false) {
    return read(out, until, depth + 1, escapes);
  }

  const std::string& text_;
  const config::Environment& environment_;
  size_t at_ = 0;
  std::vector<std::string>* unset_ = nullptr;
};

}  // namespace

Result<ExpandedText> expand_promtail_env(const std::string& text,
                                         const config::Environment& environment) {
  return Expander(text, environment).run();
}

}  // namespace logsvc::agent
