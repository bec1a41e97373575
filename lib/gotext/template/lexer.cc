#include "gotext/template/lexer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "base/utf8.h"
#include "model/label_set.h"

namespace logsvc::tmpl {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::array<std::string_view, 11> kKeywords = {
    "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with", ""};

bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }
bool is_word(char c) {
  return c == '_' || std::isalnum(static_cast<unsigned char>(c)) ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Lexed run() {
    const Status status = all();
    if (status.ok()) return {std::move(items_), ""};
    add(ItemKind::kError, std::min(at_, text_.size()), 0);
    return {std::move(items_), status.error().message};
  }

 private:
  Status all() {
    bool trim_left = false;
    while (at_ < text_.size()) {
      const size_t open = text_.find("{{", at_);
      literal(open, trim_left);
      trim_left = false;
      if (open == std::string_view::npos) break;
      at_ = open + 2;
      if (has_left_trim()) ++at_;
      if (text_.substr(at_).find_first_not_of(kBlanks) != std::string_view::npos &&
          comment_starts()) {
        RETURN_IF_ERROR(comment(trim_left));
        continue;
      }
      add(ItemKind::kLeft, open, 2);
      RETURN_IF_ERROR(action(trim_left));
    }
    add(ItemKind::kEnd, text_.size(), 0);
    return {};
  }

  void add(ItemKind kind, size_t position, size_t length) {
    items_.push_back({kind, position, text_.substr(position, length)});
  }

  bool has_left_trim() const {
    return at_ + 1 < text_.size() && text_[at_] == '-' && is_blank(text_[at_ + 1]);
  }
  // Returns whether " -}}" stands at `at`.
  bool right_trim_at(size_t at) const {
    return at + 3 < text_.size() && is_blank(text_[at]) && text_.substr(at + 1, 3) == "-}}";
  }
  bool comment_starts() const {
    size_t at = at_;
    // Blanks may stand in front of a comment only behind a trim marker.
    if (at > 0 && text_[at - 1] == '-') at = text_.find_first_not_of(kBlanks, at);
    return text_.substr(at, 2) == "/*";
  }

  // Emits text up to `open`, with its blanks cut where trim markers say so.
  void literal(size_t open, bool trim_left) {
    const size_t end = open == std::string_view::npos ? text_.size() : open;
    size_t first = at_, last = end;
    if (trim_left) {
      while (first < last && is_blank(text_[first])) ++first;
    }
    if (open != std::string_view::npos && open + 3 < text_.size() && text_[open + 2] == '-' &&
        is_blank(text_[open + 3])) {
      while (last > first && is_blank(text_[last - 1])) --last;
    }
    if (last > first) add(ItemKind::kText, first, last - first);
  }

  Status comment(bool& trim_left) {
    const size_t begin = text_.find("/*", at_);
    const size_t close = text_.find("*/", begin + 2);
    if (close == std::string_view::npos) return invalid("unclosed comment");
    at_ = close + 2;
    if (right_trim_at(at_)) {
      trim_left = true;
      at_ += 2;
    }
    if (text_.substr(at_, 2) != "}}") return invalid("comment ends before closing delimiter");
    at_ += 2;
    return {};
  }

  Status action(bool& trim_left) {
    int parentheses = 0;
    while (true) {
      if (right_trim_at(at_) || text_.substr(at_, 2) == "}}") {
        if (parentheses > 0) return invalid("unclosed left paren");
        trim_left = text_[at_] != '}';
        if (trim_left) at_ += 2;
        add(ItemKind::kRight, at_, 2);
        at_ += 2;
        return {};
      }
      if (at_ >= text_.size()) return invalid("unclosed action");
      const char c = text_[at_];
      if (is_blank(c)) {
        const size_t first = at_;
        while (at_ < text_.size() && is_blank(text_[at_]) && !right_trim_at(at_)) ++at_;
        add(ItemKind::kSpace, first, at_ - first);
        continue;
      }
      if (c == '(') ++parentheses;
      if (c == ')' && --parentheses < 0) return invalid("unexpected right paren");
      RETURN_IF_ERROR(item(c));
    }
  }

  void take(ItemKind kind, size_t length) {
    add(kind, at_, length);
    at_ += length;
  }

  Status item(char c) {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == '"') return quoted('"', ItemKind::kString, "unterminated quoted string");
    if (c == '\'') return quoted('\'', ItemKind::kChar, "unterminated character constant");
    if (c == '`') return raw();
    if (c == '$') return name(ItemKind::kVariable);
    if (c == '.' && !std::isdigit(static_cast<unsigned char>(next))) {
      return is_word(next) ? name(ItemKind::kField) : take_name(ItemKind::kDot, 1);
    }
    if (c == '+' || c == '-' || c == '.' || std::isdigit(static_cast<unsigned char>(c))) {
      return number();
    }
    if (is_word(c)) return word();
    if (c == ':' && next == '=') {
      take(ItemKind::kDeclare, 2);
    } else if (c == ':') {
      return invalid("expected :=");
    } else if (c == '=') {
      take(ItemKind::kAssign, 1);
    } else if (c == '|') {
      take(ItemKind::kPipe, 1);
    } else if (c == ',') {
      take(ItemKind::kComma, 1);
    } else if (c == '(') {
      take(ItemKind::kLeftParenthesis, 1);
    } else if (c == ')') {
      take(ItemKind::kRightParenthesis, 1);
    } else if (c > ' ' && c < 0x7F) {
      take(ItemKind::kOther, 1);
    } else {
      return bad_character(at_, "unrecognized character in action:");
    }
    return {};
  }

  Status quoted(char quote, ItemKind kind, const char* unterminated) {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) {
      if (text_[end] == '\n') return invalid(unterminated);
      end += text_[end] == '\\' ? 2 : 1;
    }
    if (end >= text_.size()) return invalid(unterminated);
    take(kind, end + 1 - at_);
    return {};
  }
  Status raw() {
    const size_t close = text_.find('`', at_ + 1);
    if (close == std::string_view::npos) return invalid("unterminated raw quoted string");
    take(ItemKind::kRawString, close + 1 - at_);
    return {};
  }

  size_t word_end(size_t at) const {
    while (at < text_.size() && is_word(text_[at])) ++at;
    return at;
  }
  Status bad_character(size_t at, const std::string& what) const {
    char code[16];
    size_t length = 0;
    const uint32_t rune = first_rune(text_.substr(at), length);
    (void)std::snprintf(code, sizeof code, "U+%04X", rune);
    std::string out = what + " " + code + " '";
    append_utf8(out, rune);
    return invalid(out + "'");
  }
  // Names and dots end before a blank, a delimiter or one of .,|:()=
  Status take_name(ItemKind kind, size_t length) {
    const size_t end = at_ + length;
    const bool ends = end >= text_.size() || is_blank(text_[end]) || text_.substr(end, 2) == "}}" ||
                      std::string_view(".,|:()=").find(text_[end]) != std::string_view::npos;
    if (!ends) return bad_character(end, "bad character");
    take(kind, length);
    return {};
  }
  Status name(ItemKind kind) { return take_name(kind, word_end(at_ + 1) - at_); }

  Status word() {
    const size_t end = word_end(at_);
    const std::string_view text = text_.substr(at_, end - at_);
    ItemKind kind = ItemKind::kIdentifier;
    for (const std::string_view keyword : kKeywords) {
      if (text == keyword) kind = ItemKind::kKeyword;
    }
    if (text == "true" || text == "false") kind = ItemKind::kBool;
    if (text == "nil") kind = ItemKind::kNil;
    return take_name(kind, end - at_);
  }

  Status number() {
    size_t end = at_;
    if (text_[end] == '+' || text_[end] == '-') ++end;
    const bool hex = text_.substr(end, 2) == "0x" || text_.substr(end, 2) == "0X";
    if (hex) end += 2;
    while (end < text_.size()) {
      const char c = text_[end];
      const bool sign = (c == '+' || c == '-') && (text_[end - 1] | 32) == (hex ? 'p' : 'e');
      if (!is_word(c) && c != '.' && !sign) break;
      ++end;
    }
    const std::string_view text = text_.substr(at_, end - at_);
    if (text == "+" || text == "-" || text == ".")
      return invalid("bad number syntax: " + quote(text));
    take(ItemKind::kNumber, end - at_);
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Item> items_;
};

}  // namespace

Lexed lex_template(std::string_view text) { return Lexer(text).run(); }

}  // namespace logsvc::tmpl
