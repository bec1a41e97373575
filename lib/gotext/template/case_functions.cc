// Defines sprig's functions for words and the case of their letters.
#include "base/utf8.h"
#include "gotext/template/functions.h"
#include "gotext/unicode.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kString = Parameter::kString;

bool is_upper(uint32_t r) { return lower_rune(r) != r; }
bool is_lower(uint32_t r) { return upper_rune(r) != r; }
bool is_connector(uint32_t r) { return r == '-' || r == '_' || is_space(r); }

// Ideographs have no case and make words of their own.
bool is_ideograph(uint32_t r) {
  return (r >= 0x3400 && r <= 0x4DBF) || (r >= 0x4E00 && r <= 0x9FCC) ||
         (r >= 0x20000 && r <= 0x2B81D);
}

// ---- snakecase and kebabcase ----

enum class WordKind { kNone, kNumber, kUpper, kLetters, kConnector, kPunctuation, kOther };

WordKind kind_of(uint32_t r) {
  if (is_connector(r)) return WordKind::kConnector;
  if (is_punctuation(r)) return WordKind::kPunctuation;
  if (is_upper(r)) return WordKind::kUpper;
  if (is_number(r)) return WordKind::kNumber;
  return is_letter(r) && !is_ideograph(r) ? WordKind::kLetters : WordKind::kOther;
}

struct Word {
  WordKind kind = WordKind::kNone;
  std::u32string runes;
};

// Splits into runs of one kind. A capital takes the small letters behind it; if several capitals
// stand in front of small letters, the last one begins the next word: HTTP, Server.
std::vector<Word> words_of(std::string_view s) {
  std::vector<Word> out;
  bool capitalised = false;  // the last word is a capital and small letters
  while (!s.empty()) {
    size_t length = 0;
    const uint32_t rune = first_rune(s, length);
    s.remove_prefix(length);
    Word* last = out.empty() ? nullptr : &out.back();
    // A damaged character belongs to the word that it stands in.
    const WordKind kind = rune == 0xFFFD && last ? last->kind : kind_of(rune);
    const bool small = kind == WordKind::kLetters;
    if (small && last && last->kind == WordKind::kUpper && !capitalised) {
      if (last->runes.size() > 1) {
        const char32_t capital = last->runes.back();
        last->runes.pop_back();
        out.push_back({WordKind::kUpper, {capital}});
      }
      capitalised = true;
      out.back().runes += rune;
    } else if (last && ((small && capitalised) ||
                        (last->kind == kind && !(kind == WordKind::kUpper && capitalised)))) {
      last->runes += rune;
    } else {
      capitalised = false;
      out.push_back({kind, {rune}});
    }
  }
  return out;
}

// Puts small words together with connectors between them. A number goes with the word in front of
// it (bld4), but with small letters that follow it if there are any: http_2xx.
class WordJoiner {
 public:
  WordJoiner(std::vector<Word> words, char connector)
      : words_(std::move(words)), connector_(connector) {}

  std::string joined() {
    while (at_ + 1 < words_.size()) {
      const WordKind before = words_[at_].kind;
      take();
      if (before == WordKind::kNumber) {
        take_letters_and_numbers();
        connect();
      } else if (before != WordKind::kConnector && before != WordKind::kPunctuation) {
        after_letters();
      }
    }
    if (at_ < words_.size()) take();
    return std::move(out_);
  }

 private:
  WordKind kind() const { return at_ < words_.size() ? words_[at_].kind : WordKind::kNone; }

  void take() {
    const Word& word = words_[at_++];
    for (const char32_t rune : word.runes) {
      const bool between = word.kind == WordKind::kConnector;
      append_utf8(out_, between                         ? static_cast<unsigned char>(connector_)
                        : word.kind == WordKind::kUpper ? lower_rune(rune)
                                                        : static_cast<uint32_t>(rune));
    }
  }
  void take_letters_and_numbers() {
    while (kind() == WordKind::kLetters || kind() == WordKind::kNumber) take();
  }
  // Connects words that have nothing between them yet.
  void connect() {
    const WordKind next = kind();
    if (next != WordKind::kNone && next != WordKind::kConnector && next != WordKind::kPunctuation) {
      out_ += connector_;
    }
  }
  void after_letters() {
    if (kind() != WordKind::kNumber) return connect();
    if (at_ + 1 == words_.size()) return;
    if (words_[at_ + 1].kind == WordKind::kLetters) {
      out_ += connector_;
      take_letters_and_numbers();
    } else {
      take();
    }
    connect();
  }

  std::vector<Word> words_;
  char connector_;
  size_t at_ = 0;
  std::string out_;
};

Outcome snake_case(Context&, Arguments a) {
  return Value(WordJoiner(words_of(*a[0].text()), '_').joined());
}
Outcome kebab_case(Context&, Arguments a) {
  return Value(WordJoiner(words_of(*a[0].text()), '-').joined());
}

// ---- others ----

// Puts the letter behind a connector in its place, in upper case. Several connectors lose one;
// those at the start and the end stay.
Outcome camel_case(Context&, Arguments a) {
  std::string_view s = *a[0].text();
  std::string out;
  bool leading = true;
  uint32_t held = 0;  // a connector that the next letter will replace
  while (!s.empty()) {
    size_t length = 0;
    const uint32_t rune = first_rune(s, length);
    s.remove_prefix(length);
    if (is_connector(rune)) {
      if (leading) {
        append_utf8(out, rune);
      } else {
        if (held) append_utf8(out, held);
        held = rune;
      }
      continue;
    }
    append_utf8(out, leading || held ? upper_rune(rune) : rune);
    leading = false;
    held = 0;
  }
  if (held) append_utf8(out, held);
  return Value(std::move(out));
}

Outcome swap_case(Context&, Arguments a) {
  std::string out;
  for (std::string_view s = *a[0].text(); !s.empty();) {
    size_t length = 0;
    const uint32_t rune = first_rune(s, length);
    s.remove_prefix(length);
    append_utf8(out, is_upper(rune) ? lower_rune(rune) : is_lower(rune) ? upper_rune(rune) : rune);
  }
  return Value(std::move(out));
}

Outcome initials(Context&, Arguments a) {
  std::string out;
  bool first = true;
  for (std::string_view s = *a[0].text(); !s.empty();) {
    size_t length = 0;
    const uint32_t rune = first_rune(s, length);
    s.remove_prefix(length);
    const bool blank = is_space(rune);
    if (first && !blank) append_utf8(out, rune);
    first = blank;
  }
  return Value(std::move(out));
}

const Function kFunctions[] = {
    {"snakecase", {kString}, false, snake_case}, {"kebabcase", {kString}, false, kebab_case},
    {"camelcase", {kString}, false, camel_case}, {"swapcase", {kString}, false, swap_case},
    {"initials", {kString}, false, initials},
};

}  // namespace

std::span<const Function> case_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
