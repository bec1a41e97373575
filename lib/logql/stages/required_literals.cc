#include "logql/stages/required_literals.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "base/any_case.h"
#include "base/utf8.h"

namespace logsvc::logql {
namespace {

constexpr int kMaxDepth = 200;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// A text, of which letters may be wanted in either case: then in lower case, and ASCII.
struct Text {
  std::string bytes;
  bool any_case = false;

  void add(const Text& more) {
    bytes += more.bytes;
    any_case |= more.any_case;
  }
};

// Letters of which other runes than their two ASCII forms are cases: U+212A, U+017F, U+0130 (whose
// lower case is i for the filters that compare lower cases).
struct OtherCase {
  char letter;
  std::string_view rune;
};
constexpr OtherCase kOtherCases[] = {{'k', "\xE2\x84\xAA"}, {'s', "\xC5\xBF"}, {'i', "\xC4\xB0"}};

bool has_other_cases(std::string_view text) {
  return text.find_first_of("ksiKSI") != std::string_view::npos;
}

// A run with letters in either case may have got letters that were wanted in one.
LinePredicate contains(Text text) {
  if (text.bytes.empty()) return {};
  if (!text.any_case) return LinePredicate::contains(std::move(text.bytes));
  for (char& c : text.bytes) c = ascii_lower(c);
  std::vector<LinePredicate> either;
  for (const OtherCase& other : kOtherCases) {
    if (text.bytes.find(other.letter) == std::string::npos) continue;
    either.push_back(LinePredicate::contains(std::string(other.rune)));
  }
  LinePredicate test = LinePredicate::contains_any_case(std::move(text.bytes));
  if (either.empty()) return test;
  either.insert(either.begin(), std::move(test));
  return LinePredicate::any_of(std::move(either));
}

// What one part of an expression needs.
struct Need {
  bool any = true;  // nothing is known of it
  // Otherwise: it is exactly this text, or the test holds where it matches.
  std::optional<Text> text;
  LinePredicate test;
};

// Reads the expression as far as it has to. What it does not know needs nothing.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Need read() {
    Need need = alternatives(0);
    // A closing bracket that opens nothing: not ours to understand.
    return at_ == text_.size() ? need : Need();
  }

 private:
  static Need of_text(Text text) { return {false, std::move(text), {}}; }
  static Need of_test(LinePredicate test) { return {test.is_trivial(), {}, std::move(test)}; }
  static LinePredicate test_of(Need need) {
    if (need.any) return {};
    if (!need.text) return std::move(need.test);
    return contains(std::move(*need.text));
  }

  static bool has_replacement(const Text& run) {
    return run.bytes.find(kReplacement) != std::string::npos;
  }

  bool at_end() const { return at_ == text_.size() || failed_; }
  char now() const { return text_[at_]; }

  Need alternatives(int depth) {
    if (depth > kMaxDepth) failed_ = true;
    std::vector<Need> all;
    all.push_back(sequence(depth));
    while (!at_end() && now() == '|') {
      ++at_;
      all.push_back(sequence(depth));
    }
    if (failed_) return {};
    if (all.size() == 1) return std::move(all[0]);
    std::vector<LinePredicate> tests;
    for (Need& need : all) {
      LinePredicate test = test_of(std::move(need));
      if (test.is_trivial()) return {};
      tests.push_back(std::move(test));
    }
    return of_test(LinePredicate::any_of(std::move(tests)));
  }

  // Parts that follow each other: neighbouring texts become one.
  Need sequence(int depth) {
    std::vector<LinePredicate> tests;
    Text run;
    bool whole = true;  // nothing but text so far
    const auto end_run = [&] {
      whole = false;
      if (!run.bytes.empty() && !has_replacement(run)) tests.push_back(contains(std::move(run)));
      run = {};
    };
    while (!at_end() && now() != '|' && now() != ')') {
      Need need = atom(depth);
      if (failed_) return {};
      const Repeat repeat = quantifier();
      if (repeat == Repeat::kMaybe) need = {};
      if (!need.any && need.text) {
        run.add(*need.text);
        if (repeat == Repeat::kOften) end_run();
        continue;
      }
      end_run();
      LinePredicate test = test_of(std::move(need));
      if (!test.is_trivial()) tests.push_back(std::move(test));
    }
    if (whole && !has_replacement(run)) return of_text(std::move(run));
    end_run();
    if (tests.size() == 1) return of_test(std::move(tests[0]));
    return of_test(LinePredicate::all_of(std::move(tests)));
  }

  enum class Repeat { kOnce, kOften, kMaybe };  // exactly once, at least once, perhaps not at all

  Repeat quantifier() {
    Repeat out = Repeat::kOnce;
    while (!at_end()) {
      const char c = now();
      if (c == '*' || c == '?') {
        // A ? behind a quantifier makes it lazy; which it is does not matter: nothing is needed.
        out = out == Repeat::kOften && c == '?' ? Repeat::kOften : Repeat::kMaybe;
        ++at_;
      } else if (c == '+') {
        if (out == Repeat::kOnce) out = Repeat::kOften;
        ++at_;
      } else if (c == '{') {
        const size_t close = text_.find('}', at_);
        const std::string_view inside =
            close == std::string_view::npos ? "" : text_.substr(at_ + 1, close - at_ - 1);
        if (inside.empty() || !std::isdigit(static_cast<unsigned char>(inside[0])) ||
            inside.find_first_not_of("0123456789,") != std::string_view::npos) {
          return out;  // a brace that is text
        }
        const bool none = inside.find_first_not_of('0') == std::string_view::npos ||
                          inside[inside.find_first_not_of('0')] == ',';
        out = none || out == Repeat::kMaybe ? Repeat::kMaybe : Repeat::kOften;
        at_ = close + 1;
      } else {
        break;
      }
    }
    return out;
  }

  Need literal(std::string_view bytes) {
    // What is not ASCII is not looked for in either case.
    if (folds_ && static_cast<unsigned char>(bytes[0]) >= 0x80) return {};
    return of_text(
        {std::string(bytes), folds_ && std::isalpha(static_cast<unsigned char>(bytes[0]))});
  }

  Need atom(int depth) {
    const char c = now();
    switch (c) {
      case '\\':
        return escape();
      case '[':
        return char_class();
      case '(':
        return group(depth);
      case '.':
        ++at_;
        return {};
      case '^':
      case '$':
        ++at_;
        return of_text({});  // takes no room
      default:
        break;
    }
    const size_t n = std::max<size_t>(1, utf8_length(text_.substr(at_)));
    const std::string_view bytes = text_.substr(at_, n);
    at_ += n;
    return literal(bytes);
  }

  Need group(int depth) {
    ++at_;
    const bool folds_outside = folds_;
    if (!at_end() && now() == '?') {
      ++at_;
      if (text_.substr(at_).starts_with("P<") || text_.substr(at_).starts_with("<")) {
        const size_t close = text_.find('>', at_);
        if (close == std::string_view::npos) return fail();
        at_ = close + 1;
      } else {
        bool on = true;
        for (; !at_end() && now() != ':' && now() != ')'; ++at_) {
          if (now() == '-') on = false;
          if (now() == 'i') folds_ = on;
          if (!std::isalpha(static_cast<unsigned char>(now())) && now() != '-') return fail();
        }
        if (at_end()) return fail();
        if (text_[at_++] == ')') return of_text({});  // flags for what follows
      }
    }
    Need need = alternatives(depth + 1);
    if (at_end() || now() != ')') return fail();
    ++at_;
    folds_ = folds_outside;
    return need;
  }

  Need char_class() {
    ++at_;
    if (!at_end() && now() == '^') ++at_;
    if (!at_end() && now() == ']') ++at_;
    while (!at_end() && now() != ']') {
      if (text_.substr(at_).starts_with("[:")) {
        const size_t close = text_.find(":]", at_ + 2);
        if (close != std::string_view::npos) {
          at_ = close + 2;
          continue;
        }
      }
      at_ += now() == '\\' ? 2 : 1;
      if (at_ > text_.size()) return fail();
    }
    if (at_end()) return fail();
    ++at_;
    return {};
  }

  Need escape() {
    if (at_ + 1 >= text_.size()) return fail();
    const char c = text_[at_ + 1];
    at_ += 2;
    if (c == 'Q') {
      const size_t close = text_.find("\\E", at_);
      const std::string_view inside = text_.substr(at_, close - at_);
      at_ = close == std::string_view::npos ? text_.size() : close + 2;
      // What a quantifier behind it applies to is its last character alone.
      return folds_ || close == std::string_view::npos || !plain_follows() || inside.empty()
                 ? Need()
                 : of_text({std::string(inside), false});
    }
    if (std::string_view("AzbB").find(c) != std::string_view::npos) return of_text({});
    if (std::string_view("dDsSwW").find(c) != std::string_view::npos) return {};
    if (c == 'p' || c == 'P') {
      if (!at_end() && now() == '{') {
        const size_t close = text_.find('}', at_);
        if (close == std::string_view::npos) return fail();
        at_ = close + 1;
      } else {
        ++at_;
        if (at_ > text_.size()) return fail();
      }
      return {};
    }
    static constexpr std::string_view kNames = "afnrtv", kValues = "\a\f\n\r\t\v";
    if (const size_t n = kNames.find(c); n != std::string_view::npos) {
      return of_text({std::string(1, kValues[n]), false});
    }
    if (std::ispunct(static_cast<unsigned char>(c))) return literal(std::string_view(&c, 1));
    return fail();  // \x, octal and the like are not worth it
  }

  bool plain_follows() const {
    return at_ == text_.size() ||
           std::string_view("*+?{").find(text_[at_]) == std::string_view::npos;
  }

  Need fail() {
    failed_ = true;
    return {};
  }

  const std::string_view text_;
  size_t at_ = 0;
  bool folds_ = false;
  bool failed_ = false;
};

}  // namespace

LinePredicate required_literals(std::string_view expression, bool& literal) {
  literal = false;
  Need need = Reader(expression).read();
  if (need.any) return {};
  if (!need.text) return std::move(need.test);
  if (need.text->any_case) {
    constexpr std::string_view kFlag = "(?i)";
    literal = expression.starts_with(kFlag) && !has_other_cases(need.text->bytes);
    expression.remove_prefix(literal ? kFlag.size() : 0);
  } else {
    literal = true;
  }
  literal &= expression.find_first_of("\\^$(") == std::string_view::npos;
  return contains(std::move(*need.text));
}

}  // namespace logsvc::logql
