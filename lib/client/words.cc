#include "client/words.h"

#include <algorithm>
#include <array>

#include "base/any_case.h"
#include "base/json_text.h"

namespace logsvc::client {
namespace {

using namespace std::string_view_literals;

constexpr auto kFunctions = std::to_array<std::string_view>({"count_over_time",
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
                                                             "max",
                                                             "min",
                                                             "count",
                                                             "stddev",
                                                             "stdvar",
                                                             "bottomk",
                                                             "topk",
                                                             "approx_topk",
                                                             "sort",
                                                             "sort_desc",
                                                             "vector",
                                                             "label_replace"});
constexpr auto kGrouping = std::to_array<std::string_view>(
    {"by", "without", "on", "ignoring", "group_left", "group_right"});
constexpr auto kWords = std::to_array<std::string_view>({"and", "or", "unless", "bool"});

template <size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Moves over the text; each take_ moves on only if it found what it looks for.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  char next() const { return at_end() ? '\0' : text_[at_]; }

  void skip_blanks_and_comments() {
    while (!at_end()) {
      if (is_blank(next())) {
        ++at_;
      } else if (next() == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        return;
      }
    }
  }

  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  bool take_one_of(std::string_view letters) {
    if (at_end() || letters.find(next()) == std::string_view::npos) return false;
    ++at_;
    return true;
  }

  std::string_view take_name() {
    const size_t from = at_;
    if (is_letter(next())) {
      while (!at_end() && (is_letter(next()) || is_digit(next()))) ++at_;
    }
    return text_.substr(from, at_ - from);
  }

  bool take_number() {
    const size_t from = at_;
    skip_digits();
    if (at_ == from) return false;
    if (next() == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) {
      ++at_;
      skip_digits();
    }
    const size_t mantissa = at_;
    if (take_one_of("eE")) {
      take_one_of("+-");
      const size_t exponent = at_;
      skip_digits();
      if (at_ == exponent) at_ = mantissa;
    }
    if (!is_letter(next()) && !is_digit(next()) && next() != '.') return true;
    at_ = from;
    return false;
  }

  // Matches {name="  or {} followed by a filter or stage.
  bool is_selector() const {
    Scanner ahead = *this;
    if (!ahead.take("{")) return false;
    ahead.skip_blanks();
    if (ahead.take("}")) {
      ahead.skip_blanks();
      return ahead.take_one_of("|!");
    }
    if (ahead.take_name().empty()) return false;
    ahead.skip_blanks();
    if (!ahead.take("=~") && !ahead.take("!~") && !ahead.take("!=") && !ahead.take("=")) {
      return false;
    }
    ahead.skip_blanks();
    return ahead.take_one_of("\"`");
  }

  // Matches a name that LogQL has, with what must follow it.
  bool take_known_name() {
    const std::string word = ascii_lowered(std::string(take_name()));
    if (is_one_of(word, kFunctions)) return opens_or_groups();
    if (is_one_of(word, kGrouping)) return take_names();
    return is_one_of(word, kWords);
  }

  // Matches vector(1).
  bool take_vector() {
    if (!take("vector")) return false;
    skip_blanks();
    if (!take("(")) return false;
    skip_blanks();
    if (!take_number()) return false;
    skip_blanks();
    return take(")");
  }

 private:
  void skip_blanks() {
    while (!at_end() && is_blank(next())) ++at_;
  }
  void skip_digits() {
    while (!at_end() && is_digit(next())) ++at_;
  }
  bool opens_or_groups() const {
    Scanner ahead = *this;
    ahead.skip_blanks();
    if (ahead.take("(")) return true;
    const std::string word = ascii_lowered(std::string(ahead.take_name()));
    return word == "by"sv || word == "without"sv;
  }
  // Matches (a, b).
  bool take_names() {
    skip_blanks();
    if (!take("(")) return false;
    skip_blanks();
    while (!take_name().empty()) {
      skip_blanks();
      if (take(",")) skip_blanks();
    }
    return take(")");
  }

  std::string_view text_;
  size_t at_ = 0;
};

bool has_selector(std::string_view text) {
  Scanner scanner(text);
  while (true) {
    scanner.skip_blanks_and_comments();
    if (scanner.at_end()) return false;
    if (scanner.is_selector()) return true;
    if (scanner.take_number() || scanner.take("==") || scanner.take("!=") ||
        scanner.take_one_of("-+*/%^><(),")) {
      continue;
    }
    if (!scanner.take_known_name()) return false;
  }
}

// Matches numbers and vectors with operators between them: 1 + 1, vector(1) * (2 - 3).
bool is_arithmetic(std::string_view text) {
  Scanner scanner(text);
  int operands = 0, vectors = 0, depth = 0;
  bool wanted = true;
  while (true) {
    scanner.skip_blanks_and_comments();
    if (scanner.at_end()) break;
    if (wanted && scanner.take("(")) {
      ++depth;
    } else if (!wanted && depth > 0 && scanner.take(")")) {
      --depth;
    } else if (wanted) {
      const bool vector = scanner.next() == 'v';
      if (!scanner.take_number() && !scanner.take_vector()) return false;
      ++operands;
      vectors += vector;
      wanted = false;
    } else {
      if (!scanner.take_one_of("-+*/%^")) return false;
      wanted = true;
    }
  }
  return !wanted && depth == 0 && (operands > 1 || vectors > 0);
}

}  // namespace

bool is_logql(std::string_view text) { return has_selector(text) || is_arithmetic(text); }

std::string words_to_query(const std::string& text) {
  const auto first = std::find_if_not(text.begin(), text.end(), is_blank);
  const auto last = std::find_if_not(text.rbegin(), text.rend(), is_blank).base();
  const std::string trimmed = first < last ? std::string(first, last) : std::string();
  if (trimmed.empty() || is_logql(trimmed)) return trimmed;
  // Every stream has a service_name: ingest adds it where it is missing.
  std::string out = "{service_name=~\".+\"} |= ";
  append_json_string(out, trimmed, JsonEscapes::kNeeded);
  return out;
}

}  // namespace logsvc::client
