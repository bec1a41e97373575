#include "logql/regex/text_regex.h"

#include <algorithm>
#include <cstring>

#include "base/any_case.h"
#include "base/utf8.h"
#include "gotext/unicode.h"
#include "logql/regex/simplified_regex.h"

namespace logsvc::logql {
namespace {

using Op = SimplifiedRegex::Op;
// Any of them is enough; if there are none, everything passes.
using Tests = std::vector<TextTest>;

std::string utf8(const std::u32string& runes) {
  std::string out;
  for (const char32_t rune : runes) append_utf8(out, static_cast<uint32_t>(rune));
  return out;
}

Tests one(TextTest::Kind kind, const std::string& text, bool fold) {
  if (text.empty() && kind == TextTest::Kind::kContains) return {};
  return {{kind, fold ? to_lower(text) : text, fold}};
}

// An alternative that always passes does not count beside others.
void add(Tests& all, Tests more) { std::move(more.begin(), more.end(), std::back_inserter(all)); }

bool is_any_text(const SimplifiedRegex& s) {
  return s.op == Op::kStar && s.subs[0].op == Op::kAnyInLine;
}

const SimplifiedRegex& uncaptured(const SimplifiedRegex& s) {
  return s.op == Op::kCapture ? s.subs[0] : s;
}

std::optional<Tests> of_concat(const SimplifiedRegex& s, std::optional<std::string> base);

// Turns literal(a|b|) into literala, literalb, literal.
bool add_products(const SimplifiedRegex& alternate, const std::string& literal, bool fold,
                  Tests& out) {
  for (const SimplifiedRegex& branch : alternate.subs) {
    if (!fold && branch.fold) return false;
    if (branch.op == Op::kEmpty || is_any_text(branch)) {
      add(out, one(TextTest::Kind::kContains, literal, fold));
    } else if (branch.op == Op::kLiteral) {
      add(out, one(TextTest::Kind::kContains, literal + utf8(branch.runes), fold));
    } else if (branch.op == Op::kConcat) {
      auto tests = of_concat(branch, literal);
      if (!tests) return false;
      add(out, std::move(*tests));
    } else {
      return false;
    }
  }
  return true;
}

// Takes a literal, .* and alternatives behind the literal; at most three pieces.
std::optional<Tests> of_concat(const SimplifiedRegex& s, std::optional<std::string> base) {
  size_t pieces = 0;
  for (const SimplifiedRegex& sub : s.subs) pieces += uncaptured(sub).op != Op::kEmpty;
  if (pieces > 3) return {};
  bool literal_seen = false, fold = false, multiplied = false;
  Tests products;
  for (const SimplifiedRegex& captured : s.subs) {
    const SimplifiedRegex& sub = uncaptured(captured);
    if (sub.op == Op::kEmpty || is_any_text(sub)) continue;
    if (sub.op == Op::kLiteral && !literal_seen) {
      literal_seen = true;
      base = base.value_or("") + utf8(sub.runes);
      fold = sub.fold;
    } else if (sub.op == Op::kAlternate && base) {
      if (!add_products(sub, *base, fold, products)) return {};
      multiplied = true;
    } else {
      return {};
    }
  }
  if (multiplied) return products;
  if (!base) return {};
  return one(TextTest::Kind::kContains, *base, fold);
}

std::optional<Tests> of_simplified(const SimplifiedRegex& s, bool is_label) {
  switch (s.op) {
    case Op::kEmpty:
      return Tests{};
    case Op::kCapture:
      return of_simplified(s.subs[0], is_label);
    case Op::kLiteral:
      return one(is_label ? TextTest::Kind::kEquals : TextTest::Kind::kContains, utf8(s.runes),
                 s.fold);
    case Op::kStar:
      if (is_any_text(s)) return Tests{};
      return {};
    case Op::kPlus:
      if (s.subs[0].op == Op::kAnyInLine) return Tests{{TextTest::Kind::kNonEmpty, "", false}};
      return {};
    case Op::kConcat:
      return of_concat(s, {});
    case Op::kAlternate: {
      Tests out;
      for (const SimplifiedRegex& sub : s.subs) {
        auto tests = of_simplified(uncaptured(sub), is_label);
        if (!tests) return {};
        add(out, std::move(*tests));
      }
      return out;
    }
    default:
      return {};
  }
}

bool contains(std::string_view value, std::string_view text) {
  // An empty view may have no address, which memmem does not take.
  if (text.empty() || value.size() < text.size()) return text.empty();
  return memmem(value.data(), value.size(), text.data(), text.size()) != nullptr;
}

// Returns whether the text is ASCII and has no letter that is also the lower case of another rune
// (the Kelvin sign, a dotted I).
bool is_ascii_alone(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != 'k' && c != 'i';
  });
}

// Returns whether the value begins with the text, which is in lower case.
bool begins_folded(std::string_view value, std::string_view text) {
  while (!text.empty()) {
    if (value.empty()) return false;
    const bool bad_byte = utf8_length(value) == 0;
    size_t value_length = 1, text_length = 1;
    if (bad_byte) {
      if (ascii_lower(value[0]) != text[0]) return false;
    } else if (lower_rune(first_rune(value, value_length)) != first_rune(text, text_length)) {
      return false;
    }
    value.remove_prefix(value_length);
    text.remove_prefix(text_length);
  }
  return true;
}

// The first byte is compared as ASCII, so letters whose cases differ there are not found.
bool contains_folded(std::string_view value, std::string_view text) {
  if (text.size() > value.size()) return false;
  if (is_ascii_alone(text)) return find_any_case(value, text) != std::string_view::npos;
  for (size_t i = 0; i + text.size() <= value.size(); ++i) {
    if (ascii_lower(value[i]) == text[0] && begins_folded(value.substr(i), text)) return true;
  }
  return false;
}

}  // namespace

bool TextTest::passes(std::string_view value) const {
  if (kind == Kind::kNonEmpty) return !value.empty();
  if (kind == Kind::kEquals && value.size() != text.size()) return false;
  if (text.empty()) return true;
  if (!fold && kind == Kind::kEquals) return value == text;
  return fold ? contains_folded(value, text) : contains(value, text);
}

Result<TextRegex> TextRegex::compile(std::string_view expression, bool is_label) {
  ASSIGN_OR_RETURN(GoRegex regex, GoRegex::compile(expression, {is_label, false}));
  TextRegex out;
  if (is_utf8(expression)) out.tests_ = of_simplified(SimplifiedRegex::parse(expression), is_label);
  if (!out.tests_) out.regex_ = std::move(regex);
  return out;
}

bool TextRegex::matches(std::string_view value) const {
  if (regex_) return regex_->matches(value);
  return tests_->empty() || std::any_of(tests_->begin(), tests_->end(),
                                        [&](const TextTest& t) { return t.passes(value); });
}

}  // namespace logsvc::logql
