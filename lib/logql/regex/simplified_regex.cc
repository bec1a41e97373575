#include "logql/regex/simplified_regex.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/utf8.h"
#include "gotext/unicode.h"
#include "logql/regex/prefix_factoring.h"

namespace logsvc::logql {
namespace {

using Op = SimplifiedRegex::Op;

// The smallest rune that is equal but for its case.
char32_t smallest_fold(char32_t r) {
  if (r == 0x17F) return 'S';   // long s
  if (r == 0x212A) return 'K';  // Kelvin sign
  return std::min({r, static_cast<char32_t>(upper_rune(r)), static_cast<char32_t>(lower_rune(r))});
}

// A shift-reduce parser with one frame a parenthesis.
class ShapeParser {
 public:
  explicit ShapeParser(std::string_view text) : text_(text) { frames_.emplace_back(); }

  SimplifiedRegex run() {
    while (!text_.empty()) step();
    while (frames_.size() > 1) close();
    return finish(frames_.back());
  }

 private:
  struct Flags {
    bool fold = false, any_newline = false, non_greedy = false, multi_line = false;
  };
  struct Frame {
    bool capture = false;
    Flags outside;              // to be restored behind it
    Regexes alternatives;  // done
    Regexes pieces;        // of the present one
  };

  void join_literals() {
    Regexes& p = frames_.back().pieces;
    if (p.size() < 2) return;
    SimplifiedRegex& a = p[p.size() - 2];
    SimplifiedRegex& b = p.back();
    if (a.op != Op::kLiteral || b.op != Op::kLiteral || a.fold != b.fold) return;
    a.runes += b.runes;
    p.pop_back();
  }

  void push(SimplifiedRegex s) {
    join_literals();
    frames_.back().pieces.push_back(std::move(s));
  }
  void push(Op op) {
    SimplifiedRegex s;
    s.op = op;
    s.fold = flags_.fold;
    push(std::move(s));
  }
  void literal(char32_t rune) { literal(rune, flags_.fold); }
  void literal(char32_t rune, bool fold) {
    SimplifiedRegex s;
    s.op = Op::kLiteral;
    s.fold = fold;
    s.runes = fold ? smallest_fold(rune) : rune;
    push(std::move(s));
  }

  static void end_alternative(Frame& frame) {
    SimplifiedRegex concat;
    if (!frame.pieces.empty()) concat = collapsed(std::move(frame.pieces), Op::kConcat);
    frame.pieces.clear();
    Regexes& done = frame.alternatives;
    if (!done.empty() && is_one_rune(done.back()) && is_one_rune(concat)) {
      done.back() = merged(std::move(done.back()), std::move(concat));
    } else {
      done.push_back(std::move(concat));
    }
  }
  SimplifiedRegex finish(Frame& frame) {
    join_literals();
    end_alternative(frame);
    return collapsed(std::move(frame.alternatives), Op::kAlternate);
  }

  void close() {
    if (frames_.size() == 1) return;
    SimplifiedRegex inner = finish(frames_.back());
    const bool capture = frames_.back().capture;
    flags_ = frames_.back().outside;
    frames_.pop_back();
    if (!capture) return push(std::move(inner));
    SimplifiedRegex out;
    out.op = Op::kCapture;
    out.subs.push_back(std::move(inner));
    push(std::move(out));
  }

  char32_t take_rune() {
    size_t length = 0;
    const auto rune = static_cast<char32_t>(first_rune(text_, length));
    text_.remove_prefix(length);
    return rune;
  }
  bool take(std::string_view prefix) {
    if (!text_.starts_with(prefix)) return false;
    text_.remove_prefix(prefix.size());
    return true;
  }

  void step() {
    switch (text_[0]) {
      case '(':
        return group();
      case ')':
        text_.remove_prefix(1);
        return close();
      case '|':
        text_.remove_prefix(1);
        join_literals();
        return end_alternative(frames_.back());
      case '^':
      case '$':
        text_.remove_prefix(1);
        return push(Op::kOther);
      case '.':
        text_.remove_prefix(1);
        return push(flags_.any_newline ? Op::kAny : Op::kAnyInLine);
      case '[':
        return char_class();
      case '*':
        text_.remove_prefix(1);
        return repeat(Op::kStar, 0, -1);
      case '+':
        text_.remove_prefix(1);
        return repeat(Op::kPlus, 1, -1);
      case '?':
        text_.remove_prefix(1);
        return repeat(Op::kQuest, 0, 1);
      case '{':
        return counted();
      case '\\':
        return escape();
      default:
        return literal(take_rune());
    }
  }

  void repeat(Op op, int least, int most) {
    Regexes& pieces = frames_.back().pieces;
    if (pieces.empty()) return;
    SimplifiedRegex out;
    out.op = op;
    out.fold = flags_.fold;
    out.non_greedy = take("?") != flags_.non_greedy;
    out.least = least;
    out.most = most;
    out.subs.push_back(std::move(pieces.back()));
    pieces.back() = std::move(out);
  }

  // {2}, {2,} or {2,5}; anything else is a brace.
  void counted() {
    const size_t end = text_.find('}');
    const std::string_view inside = text_.substr(1, end == std::string_view::npos ? 0 : end - 1);
    int least = 0, most = 0;
    const char* last = inside.data() + inside.size();
    auto [stop, failure] = std::from_chars(inside.data(), last, least);
    bool good = failure == std::errc() && !inside.empty() && inside[0] != '-';
    most = least;
    if (good && stop != last) {
      good = *stop == ',';
      most = -1;
      if (good && ++stop != last) {
        const auto upper = std::from_chars(stop, last, most);
        good = upper.ec == std::errc() && upper.ptr == last && most >= 0;
      }
    }
    if (!good) return literal(take_rune());
    text_.remove_prefix(end + 1);
    repeat(Op::kRepeat, least, most);
  }

  void group() {
    Frame frame;
    frame.outside = flags_;
    if (!text_.starts_with("(?")) {
      text_.remove_prefix(1);
      return open(std::move(frame), true);
    }
    if (text_.starts_with("(?P<") || text_.starts_with("(?<")) {
      text_.remove_prefix(std::min(text_.size(), text_.find('>') + 1));
      return open(std::move(frame), true);
    }
    text_.remove_prefix(2);
    bool on = true;
    while (!text_.empty()) {
      const char c = text_[0];
      text_.remove_prefix(1);
      if (c == ')') return;
      if (c == ':') return open(std::move(frame), false);
      if (c == '-') on = false;
      if (c == 'i') flags_.fold = on;
      if (c == 's') flags_.any_newline = on;
      if (c == 'U') flags_.non_greedy = on;
    }
  }
  void open(Frame frame, bool capture) {
    join_literals();
    frame.capture = capture;
    frames_.push_back(std::move(frame));
  }

  // One rune, or two that differ in case alone, are a literal.
  void char_class() {
    std::string_view inside = text_.substr(1);
    const bool negated = inside.starts_with('^');
    if (negated) inside.remove_prefix(1);
    size_t end = inside.starts_with(']') ? 1 : 0;
    bool plain = !negated;
    while (end < inside.size() && inside[end] != ']') {
      if (inside.substr(end).starts_with("[:")) {
        const size_t close = inside.find(":]", end + 2);
        if (close != std::string_view::npos) {
          plain = false;
          end = close + 2;
          continue;
        }
      }
      if (inside[end] == '\\')
        plain &=
            ++end < inside.size() && std::ispunct(static_cast<unsigned char>(inside[end])) != 0;
      ++end;
    }
    end = std::min(end, inside.size());
    std::string_view members = inside.substr(0, end);
    text_ = inside.substr(std::min(inside.size(), end + 1));
    std::u32string runes;
    while (plain && !members.empty() && runes.size() <= 2) {
      if (members[0] == '\\') members.remove_prefix(1);
      size_t length = 0;
      const auto rune = static_cast<char32_t>(first_rune(members, length));
      members.remove_prefix(length);
      plain = !(members.size() > 1 && members[0] == '-');
      if (runes.find(rune) == std::u32string::npos) runes += rune;
    }
    if (!plain || runes.empty()) return push(Op::kClass);
    const char32_t least = smallest_fold(runes[0]);
    const bool same = runes.size() == 1 || smallest_fold(runes[1]) == least;
    // s and k have a third form.
    const bool two_forms = lower_rune(least) != least && least != 'S' && least != 'K';
    if (runes.size() == 1 && (!flags_.fold || lower_rune(least) == upper_rune(least))) {
      return literal(runes[0], false);
    }
    if (same && two_forms && (runes.size() == 2 || flags_.fold)) return literal(least, true);
    const bool both = runes.size() == 2 && same && !flags_.fold && lower_rune(least) != least;
    if (both) return literal(least, true);
    push(Op::kClass);
  }

  void escape() {
    text_.remove_prefix(1);
    if (text_.empty()) return;
    const char c = text_[0];
    if (take("Q")) {
      const size_t end = text_.find("\\E");
      std::string_view quoted = text_.substr(0, end);
      text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 2);
      std::swap(text_, quoted);
      while (!text_.empty()) literal(take_rune());
      std::swap(text_, quoted);
      return;
    }
    if (take("p") || take("P")) {
      if (take("{")) {
        text_.remove_prefix(std::min(text_.size(), text_.find('}') + 1));
      } else if (!text_.empty()) {
        take_rune();
      }
      return push(Op::kClass);
    }
    if (std::string_view("AbBz").find(c) != std::string_view::npos) {
      text_.remove_prefix(1);
      return push(Op::kOther);
    }
    if (std::string_view("dDsSwW").find(c) != std::string_view::npos) {
      text_.remove_prefix(1);
      return push(Op::kClass);
    }
    escaped_rune();
  }

  // \n, \x41, \x{1F600}, \101, \.
  void escaped_rune() {
    static constexpr std::string_view kLetters = "afnrtv";
    static constexpr std::string_view kRunes = "\a\f\n\r\t\v";
    const char c = text_[0];
    if (const size_t known = kLetters.find(c); known != std::string_view::npos) {
      text_.remove_prefix(1);
      return literal(static_cast<char32_t>(kRunes[known]));
    }
    if (c != 'x' && !(c >= '0' && c <= '7')) return literal(take_rune());
    size_t length = 0;
    std::string_view digits;
    if (c == 'x') {
      const bool braced = text_.starts_with("x{");
      const size_t end = braced ? text_.find('}') : 3;
      digits = text_.substr(braced ? 2 : 1, end - (braced ? 2 : 1));
      length = braced ? end + 1 : 3;
    } else {
      while (length < 3 && length < text_.size() && text_[length] >= '0' && text_[length] <= '7') {
        ++length;
      }
      digits = text_.substr(0, length);
    }
    uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, c == 'x' ? 16 : 8);
    text_.remove_prefix(std::min(length, text_.size()));
    literal(static_cast<char32_t>(value));
  }

  std::string_view text_;
  Flags flags_;
  std::vector<Frame> frames_;
};

// x{2,} and the like written out, as far as it matters for literals; x** is x*.
SimplifiedRegex simplified(SimplifiedRegex s) {
  for (SimplifiedRegex& sub : s.subs) sub = simplified(std::move(sub));
  if (s.op == Op::kRepeat) {
    SimplifiedRegex sub = std::move(s.subs[0]);
    if (s.most == 0) return {};
    if (s.least == 1 && s.most == 1) return sub;
    if (s.most < 0 && s.least <= 1) {
      s.op = s.least == 0 ? Op::kStar : Op::kPlus;
      s.subs[0] = std::move(sub);
    } else if (s.least == 0) {
      s.op = Op::kQuest;
      s.subs[0] = std::move(sub);
    } else {
      // More than three pieces are as good as any number.
      SimplifiedRegex copies;
      copies.op = Op::kConcat;
      const int extra = s.most == s.least ? 0 : 1;
      copies.subs.assign(static_cast<size_t>(std::min(4, s.least + extra)), sub);
      if (extra) copies.subs.back().op = Op::kOther;
      return copies;
    }
  }
  if (s.op == Op::kStar || s.op == Op::kPlus || s.op == Op::kQuest) {
    if (s.subs[0].op == Op::kEmpty) return {};
    if (s.subs[0].op == s.op && s.subs[0].non_greedy == s.non_greedy) {
      SimplifiedRegex inner = std::move(s.subs[0]);
      return inner;
    }
  }
  return s;
}

}  // namespace

SimplifiedRegex SimplifiedRegex::parse(std::string_view expression) {
  return simplified(ShapeParser(expression).run());
}

}  // namespace logsvc::logql
