#include "gotext/template/json_value.h"

#include "base/json_cursor.h"
#include "base/utf8.h"
#include "extract/json_string.h"
#include "gotext/go_number.h"
#include "gotext/template/collections.h"

namespace logsvc::tmpl {
namespace {

constexpr size_t kMaxDepth = 200;

class Reader {
 public:
  // One more may be open than may be around a value: an empty list holds none.
  explicit Reader(std::string_view text) : cursor_(text, kMaxDepth + 1) {}

  bool whole(Value& out) { return value(out) && cursor_.finish(); }

 private:
  bool value(Value& out) {
    if (cursor_.depth() > kMaxDepth) return false;
    if (cursor_.ahead() == '{') return object(out);
    if (cursor_.now() == '[') return list(out);
    JsonScalar scalar;
    if (!cursor_.scalar(scalar)) return false;
    if (scalar.kind == JsonKind::kString) {
      out = Value(text_of(scalar));
    } else if (scalar.kind == JsonKind::kNumber) {
      const auto number = parse_go_float(scalar.text);
      if (!number) return false;
      out = Value(*number);
    } else {
      out = scalar.kind == JsonKind::kNull ? Value() : Value(scalar.kind == JsonKind::kTrue);
    }
    return true;
  }

  bool object(Value& out) {
    Map map;
    cursor_.open();
    JsonScalar key;
    while (cursor_.next_member(key)) {
      Value member;
      if (!value(member)) return false;
      map[text_of(key)] = std::move(member);
    }
    out = map_of(std::move(map));
    return !cursor_.failed();
  }

  bool list(Value& out) {
    List items;
    cursor_.open();
    while (cursor_.next_item()) {
      Value item;
      if (!value(item)) return false;
      items.push_back(std::move(item));
    }
    out = Value(std::make_shared<const List>(std::move(items)));
    return !cursor_.failed();
  }

  static std::string text_of(const JsonScalar& string) {
    std::string out;
    extract::unescape_json(string.text, out, true);
    return is_utf8(out) ? out : repair_utf8(out);
  }

  JsonCursor cursor_;
};

}  // namespace

Value parse_json_value(std::string_view text) {
  Value out;
  return Reader(text).whole(out) ? out : Value();
}

}  // namespace logsvc::tmpl
