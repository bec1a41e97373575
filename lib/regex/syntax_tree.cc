#include "regex/syntax_tree.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

#include "base/utf8.h"
#include "regex/compile_error.h"

namespace logsvc::regex {
namespace {

using Kind = Node::Kind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return c == '_' || is_letter(c) || is_digit(c); }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// Keeps a frame for each open group, so that nothing here recurses.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { frames_.emplace_back(); }

  Result<SyntaxTree> run() {
    while (at_ < text_.size()) RETURN_IF_ERROR(step());
    while (frames_.size() > 1) close();
    if (!tree_.too_deep) tree_.root = group_of(std::move(frames_.back()));
    return std::move(tree_);
  }

 private:
  struct Frame {
    Flags outside;  // to be restored behind it
    bool capture = false;
    std::vector<Sequence> branches{1};
  };

  bool sees(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }
  bool take(std::string_view prefix) {
    if (!sees(prefix)) return false;
    at_ += prefix.size();
    return true;
  }
  // Returns the characters from `from` on for which the test holds.
  template <typename Test>
  std::string_view run_of(size_t from, Test test) const {
    size_t end = from;
    while (end < text_.size() && test(text_[end])) ++end;
    return text_.substr(from, end - from);
  }
  char32_t take_rune() {
    size_t length = 0;
    const uint32_t rune = first_rune(text_.substr(at_), length);
    at_ += length;
    return static_cast<char32_t>(rune);
  }

  Node node(Kind kind) const {
    Node out;
    out.kind = kind;
    out.flags = flags_;
    return out;
  }
  Node literal(char32_t rune) const {
    Node out = node(Kind::kLiteral);
    out.rune = rune;
    return out;
  }
  void add(Node part) {
    if (part.height > SyntaxTree::kMaxHeight) tree_.too_deep = true;
    if (!tree_.too_deep) frames_.back().branches.back().push_back(std::move(part));
  }

  static Node group_of(Frame frame) {
    Node out;
    out.kind = Kind::kGroup;
    out.flags = frame.outside;
    out.capture = frame.capture;
    for (const Sequence& branch : frame.branches) {
      for (const Node& part : branch) out.height = std::max<uint16_t>(out.height, part.height + 1);
    }
    out.branches = std::move(frame.branches);
    return out;
  }
  void open(Flags outside, bool capture) {
    tree_.too_deep |= frames_.size() > static_cast<size_t>(SyntaxTree::kMaxHeight);
    if (!tree_.too_deep) frames_.push_back({outside, capture});
  }
  void close() {
    if (frames_.size() == 1) return;
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    flags_ = frame.outside;
    add(group_of(std::move(frame)));
  }

  Status step() {
    switch (text_[at_]) {
      case '(':
        return group();
      case '\\':
        return escape();
      case ')':
        ++at_;
        close();
        break;
      case '|':
        ++at_;
        frames_.back().branches.emplace_back();
        break;
      case '^':
      case '$':
        ++at_;
        add(node(Kind::kAssertion));
        break;
      case '.':
        ++at_;
        add(node(Kind::kAnyRune));
        break;
      case '[':
        char_class();
        break;
      case '*':
        ++at_;
        repeat(0, -1);
        break;
      case '+':
        ++at_;
        repeat(1, -1);
        break;
      case '?':
        ++at_;
        repeat(0, 1);
        break;
      case '{':
        counted();
        break;
      default:
        add(literal(take_rune()));
    }
    return {};
  }

  // Repeats what stands before it; flags and an empty \Q\E do not count as such.
  void repeat(int least, int most) {
    Node out = node(Kind::kRepeat);
    out.lazy = take("?") != flags_.non_greedy;
    out.least = least;
    out.most = most;
    Sequence& parts = frames_.back().branches.back();
    if (parts.empty()) return;
    out.height = static_cast<uint16_t>(parts.back().height + 1);
    out.branches.emplace_back().push_back(std::move(parts.back()));
    parts.pop_back();
    add(std::move(out));
  }

  // Reads a number of a repetition, moving `at` behind it: no leading zeros, and not too long for
  // RE2.
  std::optional<int> number(size_t& at) const {
    const std::string_view digits = run_of(at, is_digit);
    constexpr size_t kMostDigits = 9;
    if (digits.empty() || digits.size() > kMostDigits) return {};
    if (digits.size() > 1 && digits[0] == '0') return {};
    int out = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), out);
    at += digits.size();
    return out;
  }

  // Reads {2}, {2,} or {2,5}; anything else is a literal brace.
  void counted() {
    size_t at = at_ + 1;
    const std::optional<int> least = number(at);
    std::optional<int> most = least;
    if (least && at < text_.size() && text_[at] == ',') {
      ++at;
      most = at < text_.size() && text_[at] == '}' ? -1 : number(at);
    }
    if (!most || at >= text_.size() || text_[at] != '}') return add(literal(take_rune()));
    at_ = at + 1;
    repeat(*least, *most);
  }

  Status group() {
    const size_t begin = at_;
    if (!take("(?")) {
      ++at_;
      tree_.captures.push_back({begin, at_, {}});
      open(flags_, true);
      return {};
    }
    if (take("P<") || take("<")) return named_group(begin);
    const std::string_view letters = run_of(at_, [](char c) { return is_letter(c) || c == '-'; });
    const size_t end = at_ + letters.size();
    const char last = end < text_.size() ? text_[end] : '\0';
    const Flags outside = flags_;
    if (last == ':' || last == ')') {
      set_flags(letters);
      at_ = end + 1;
    }
    if (last != ')') open(outside, false);
    return {};
  }

  Status named_group(size_t begin) {
    const size_t end = text_.find('>', at_);
    if (end == std::string_view::npos) {
      return syntax_error("invalid named capture", text_.substr(begin));
    }
    const std::string_view name = text_.substr(at_, end - at_);
    at_ = end + 1;
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_word)) {
      return syntax_error("invalid named capture", text_.substr(begin, at_ - begin));
    }
    tree_.captures.push_back({begin, at_, name});
    open(flags_, true);
    return {};
  }

  void set_flags(std::string_view letters) {
    bool on = true;
    for (const char c : letters) {
      if (c == '-') on = false;
      if (c == 'i') flags_.fold = on;
      if (c == 's') flags_.dot_newline = on;
      if (c == 'U') flags_.non_greedy = on;
    }
  }

  void char_class() {
    ++at_;
    bool listed = !take("^");
    Sequence members;
    // A ] that comes first is a member.
    for (const size_t first = at_; at_ < text_.size() && (text_[at_] != ']' || at_ == first);) {
      listed &= class_member(members);
    }
    at_ = std::min(at_ + 1, text_.size());
    Node out = node(Kind::kClass);
    if (listed) out.branches.push_back(std::move(members));
    add(std::move(out));
  }

  // Returns false if it is more than one rune.
  bool class_member(Sequence& members) {
    if (sees("[:")) {
      const size_t end = text_.find(":]", at_ + 2);
      if (end != std::string_view::npos) {
        at_ = end + 2;
        return false;
      }
    }
    if (text_[at_] != '\\') {
      members.push_back(literal(take_rune()));
    } else {
      ++at_;
      if (at_ == text_.size()) return false;
      if (is_one_of(text_[at_], "dDsSwWpP")) {
        ++at_;
        return false;
      }
      members.push_back(literal(escaped_rune()));
    }
    const bool range = sees("-") && !sees("-]");
    if (range) ++at_;
    return !range;
  }

  Status escape() {
    ++at_;
    if (at_ == text_.size()) return {};
    const char c = text_[at_];
    if (c == 'C') return syntax_error("invalid escape sequence", "\\C");
    if (c == 'Q') {
      quoted();
    } else if (is_one_of(c, "AbBz")) {
      ++at_;
      add(node(Kind::kAssertion));
    } else if (is_one_of(c, "dDsSwWpP")) {
      ++at_;
      if (c == 'p' || c == 'P') skip_property();
      add(node(Kind::kClass));
    } else {
      add(literal(escaped_rune()));
    }
    return {};
  }

  void quoted() {
    ++at_;
    const size_t end = std::min(text_.find("\\E", at_), text_.size());
    while (at_ < end) add(literal(take_rune()));
    take("\\E");
  }

  // Skips the name of \pL or \p{Greek}.
  void skip_property() {
    if (!take("{")) {
      at_ += at_ < text_.size() && is_letter(text_[at_]);
      return;
    }
    const std::string_view name = run_of(at_, [](char c) { return is_word(c) || c == '^'; });
    if (text_.substr(at_ + name.size()).starts_with("}")) at_ += name.size() + 1;
  }

  // Reads what follows the backslash: n, x41, x{1F600}, 101, or a rune that stands for itself.
  char32_t escaped_rune() {
    static constexpr std::string_view kLetters = "afnrtv";
    static constexpr std::string_view kRunes = "\a\f\n\r\t\v";
    const char c = text_[at_];
    if (const size_t known = kLetters.find(c); known != std::string_view::npos) {
      ++at_;
      return static_cast<char32_t>(kRunes[known]);
    }
    std::string_view digits;
    size_t length = 0;  // of all of it
    if (is_octal(c)) {
      digits = run_of(at_, is_octal).substr(0, 3);
      length = digits.size();
    } else if (sees("x{")) {
      digits = run_of(at_ + 2, is_hex);
      length = text_.substr(at_ + 2 + digits.size()).starts_with("}") ? digits.size() + 3 : 0;
    } else if (c == 'x') {
      digits = run_of(at_ + 1, is_hex).substr(0, 2);
      length = digits.size() == 2 ? 3 : 0;
    }
    uint32_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, is_octal(c) ? 8 : 16);
    constexpr uint32_t kLastRune = 0x10FFFF;
    if (length == 0 || read.ec != std::errc() || value > kLastRune) return take_rune();
    at_ += length;
    return static_cast<char32_t>(value);
  }

  const std::string_view text_;
  size_t at_ = 0;
  Flags flags_;
  std::vector<Frame> frames_;
  SyntaxTree tree_;
};

}  // namespace

Result<SyntaxTree> SyntaxTree::parse(std::string_view expression) {
  return Parser(expression).run();
}

}  // namespace logsvc::regex
