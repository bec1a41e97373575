#include "gotext/template/json_value.h"

#include "base/utf8.h"
#include "extract/json_string.h"
#include "gotext/go_number.h"
#include "gotext/template/collections.h"

namespace logsvc::tmpl {
namespace {

constexpr int kMaxDepth = 200;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool whole(Value& out) {
    if (!value(out, 0)) return false;
    skip_blanks();
    return at_ == text_.size();
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool accept(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view w) {
    if (text_.substr(at_, w.size()) != w) return false;
    at_ += w.size();
    return true;
  }

  bool value(Value& out, int depth) {
    if (depth > kMaxDepth) return false;
    skip_blanks();
    if (at_ >= text_.size()) return false;
    switch (text_[at_]) {
      case '{':
        return object(out, depth);
      case '[':
        return list(out, depth);
      case '"': {
        std::string s;
        if (!string(s)) return false;
        out = Value(std::move(s));
        return true;
      }
      case 't':
        out = Value(true);
        return word("true");
      case 'f':
        out = Value(false);
        return word("false");
      case 'n':
        out = Value();
        return word("null");
      default:
        return number(out);
    }
  }

  bool object(Value& out, int depth) {
    Map map;
    ++at_;
    if (!accept('}')) {
      do {
        skip_blanks();
        std::string key;
        if (at_ >= text_.size() || text_[at_] != '"' || !string(key) || !accept(':')) return false;
        Value member;
        if (!value(member, depth + 1)) return false;
        map[std::move(key)] = std::move(member);
      } while (accept(','));
      if (!accept('}')) return false;
    }
    out = map_of(std::move(map));
    return true;
  }

  bool list(Value& out, int depth) {
    List items;
    ++at_;
    if (!accept(']')) {
      do {
        Value item;
        if (!value(item, depth + 1)) return false;
        items.push_back(std::move(item));
      } while (accept(','));
      if (!accept(']')) return false;
    }
    out = Value(std::make_shared<const List>(std::move(items)));
    return true;
  }

  bool string(std::string& out) {
    const size_t first = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < ' ') return false;
      at_ += text_[at_] == '\\' ? 2 : 1;
    }
    if (at_ >= text_.size()) return false;
    const std::string_view inside = text_.substr(first, at_ - first);
    ++at_;
    if (!extract::unescape_json(inside, out, true)) return false;
    if (!is_utf8(out)) out = repair_utf8(out);
    return true;
  }

  // -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
  bool number(Value& out) {
    const size_t first = at_;
    const auto digits = [&] {
      const size_t before = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      return at_ > before;
    };
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at_ < text_.size() && (text_[at_] | 32) == 'e') {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits()) return false;
    }
    const auto v = parse_go_float(text_.substr(first, at_ - first));
    if (!v) return false;
    out = Value(*v);
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Value parse_json_value(std::string_view text) {
  Value out;
  return Reader(text).whole(out) ? out : Value();
}

}  // namespace logsvc::tmpl
