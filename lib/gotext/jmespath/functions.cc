#include <algorithm>
#include <cmath>
#include <map>

#include "base/utf8.h"
#include "gotext/go_number.h"
#include "gotext/jmespath/expression.h"
#include "gotext/jmespath/node.h"

namespace logsvc::jmespath {
namespace {

using Outcome = Result<Value>;

// Says with letters what a parameter takes: n number, s string, b boolean, a array, o object, N
// array of numbers, S array of strings, e expression, * anything; several letters mean any of them.
// A + at the end means that the last parameter may come any number of times.
struct Function {
  std::vector<std::string> parameters;
  Outcome (*call)(const List& arguments);
  bool variadic = false;
};

bool all_of_type(const Value& array, Type type) {
  const List items = array.items();
  return std::all_of(items.begin(), items.end(), [&](const Value& v) { return v.type() == type; });
}

bool fits(const Value& value, char letter) {
  switch (letter) {
    case 'n':
      return value.type() == Type::kNumber;
    case 's':
      return value.type() == Type::kString;
    case 'b':
      return value.type() == Type::kBoolean;
    case 'a':
      return value.type() == Type::kArray;
    case 'o':
      return value.type() == Type::kObject;
    case 'e':
      return value.type() == Type::kExpression;
    case 'N':
      return value.type() == Type::kArray && all_of_type(value, Type::kNumber);
    case 'S':
      return value.type() == Type::kArray && all_of_type(value, Type::kString);
    default:
      return true;
  }
}

bool less(const Value& a, const Value& b) {
  return a.type() == Type::kNumber ? a.number() < b.number() : a.string() < b.string();
}

Outcome extreme(const List& items, bool greatest) {
  if (items.empty()) return Value();
  const auto by = [](const Value& a, const Value& b) { return less(a, b); };
  return greatest ? *std::max_element(items.begin(), items.end(), by)
                  : *std::min_element(items.begin(), items.end(), by);
}

struct Keyed {
  Value key, item;
};
// Returns the key of each item; all must be numbers, or all strings.
Result<std::vector<Keyed>> keyed(const List& a) {
  std::vector<Keyed> out;
  for (const Value& item : a[0].items()) {
    ASSIGN_OR_RETURN(Value key, evaluate(*a[1].expression(), item));
    const Type type = key.type();
    if ((type != Type::kNumber && type != Type::kString) ||
        (!out.empty() && out[0].key.type() != type)) {
      return invalid("invalid type, the expression must give numbers or strings");
    }
    out.push_back({std::move(key), item});
  }
  return out;
}

Outcome extreme_by(const List& a, bool greatest) {
  ASSIGN_OR_RETURN(const std::vector<Keyed> all, keyed(a));
  if (all.empty()) return Value();
  const auto by = [](const Keyed& x, const Keyed& y) { return less(x.key, y.key); };
  return greatest ? std::max_element(all.begin(), all.end(), by)->item
                  : std::min_element(all.begin(), all.end(), by)->item;
}

double sum_of(const Value& array) {
  double out = 0;
  for (const Value& item : array.items()) out += item.number();
  return out;
}

size_t runes(const std::string& text) {
  size_t n = 0;
  for (size_t at = 0; at < text.size(); ++n) {
    at += std::max<size_t>(1, utf8_length(std::string_view(text).substr(at)));
  }
  return n;
}

std::string reversed_text(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t length = std::max<size_t>(1, utf8_length(std::string_view(text).substr(at)));
    out.insert(0, text, at, length);
    at += length;
  }
  return out;
}

Outcome length(const List& a) {
  return Value(
      static_cast<double>(a[0].type() == Type::kString ? runes(a[0].string()) : a[0].size()));
}
Outcome contains(const List& a) {
  if (a[0].type() == Type::kString) {
    if (a[1].type() != Type::kString) return Value(false);
    return Value(a[0].string().find(a[1].string()) != std::string::npos);
  }
  const List items = a[0].items();
  return Value(std::find(items.begin(), items.end(), a[1]) != items.end());
}
Outcome join(const List& a) {
  const std::string between = a[0].string();
  std::string out;
  bool first = true;
  for (const Value& item : a[1].items()) {
    if (!std::exchange(first, false)) out += between;
    out += item.string();
  }
  return Value(std::move(out));
}
Outcome keys(const List& a) {
  List out;
  for (auto& member : a[0].members()) out.push_back(Value(member.first));
  return Value(std::move(out));
}
Outcome values(const List& a) {
  List out;
  for (auto& member : a[0].members()) out.push_back(member.second);
  return Value(std::move(out));
}
Outcome map_items(const List& a) {
  List out;
  for (const Value& item : a[1].items()) {
    ASSIGN_OR_RETURN(Value one, evaluate(*a[0].expression(), item));
    out.push_back(std::move(one));
  }
  return Value(std::move(out));
}
Outcome merge(const List& a) {
  Hash out;
  for (const Value& object : a) {
    for (auto& [name, value] : object.members()) {
      const std::string& wanted = name;
      const auto known = std::find_if(out.begin(), out.end(),
                                      [&](const auto& member) { return member.first == wanted; });
      if (known != out.end()) {
        known->second = value;
      } else {
        out.emplace_back(name, value);
      }
    }
  }
  return Value(std::move(out));
}
Outcome not_null(const List& a) {
  for (const Value& v : a) {
    if (!v.is_null()) return v;
  }
  return Value();
}
Outcome reverse(const List& a) {
  if (a[0].type() == Type::kString) return Value(reversed_text(a[0].string()));
  List items = a[0].items();
  std::reverse(items.begin(), items.end());
  return Value(std::move(items));
}
Outcome sort(const List& a) {
  List items = a[0].items();
  std::stable_sort(items.begin(), items.end(), less);
  return Value(std::move(items));
}
Outcome sort_by(const List& a) {
  ASSIGN_OR_RETURN(std::vector<Keyed> all, keyed(a));
  std::stable_sort(all.begin(), all.end(),
                   [](const Keyed& x, const Keyed& y) { return less(x.key, y.key); });
  List out;
  for (Keyed& one : all) out.push_back(std::move(one.item));
  return Value(std::move(out));
}
Outcome to_text(const List& a) {
  if (a[0].type() == Type::kString) return a[0];
  std::string out;
  a[0].append_json(out);
  return Value(std::move(out));
}
Outcome to_number(const List& a) {
  if (a[0].type() == Type::kNumber) return a[0];
  if (a[0].type() != Type::kString) return Value();
  const auto number = parse_go_float(a[0].string());
  return number ? Value(*number) : Value();
}
Outcome average(const List& a) {
  if (a[0].size() == 0) return Value();
  return Value(sum_of(a[0]) / static_cast<double>(a[0].size()));
}

const std::map<std::string_view, Function>& functions() {
  static const std::map<std::string_view, Function> kFunctions = {
      {"abs", {{"n"}, [](const List& a) -> Outcome { return Value(std::fabs(a[0].number())); }}},
      {"avg", {{"N"}, average}},
      {"ceil", {{"n"}, [](const List& a) -> Outcome { return Value(std::ceil(a[0].number())); }}},
      {"contains", {{"as", "*"}, contains}},
      {"ends_with",
       {{"s", "s"},
        [](const List& a) -> Outcome { return Value(a[0].string().ends_with(a[1].string())); }}},
      {"floor", {{"n"}, [](const List& a) -> Outcome { return Value(std::floor(a[0].number())); }}},
      {"join", {{"s", "S"}, join}},
      {"keys", {{"o"}, keys}},
      {"length", {{"sao"}, length}},
      {"map", {{"e", "a"}, map_items}},
      {"max", {{"NS"}, [](const List& a) { return extreme(a[0].items(), true); }}},
      {"max_by", {{"a", "e"}, [](const List& a) { return extreme_by(a, true); }}},
      {"merge", {{"o"}, merge, true}},
      {"min", {{"NS"}, [](const List& a) { return extreme(a[0].items(), false); }}},
      {"min_by", {{"a", "e"}, [](const List& a) { return extreme_by(a, false); }}},
      {"not_null", {{"*"}, not_null, true}},
      {"reverse", {{"as"}, reverse}},
      {"sort", {{"NS"}, sort}},
      {"sort_by", {{"a", "e"}, sort_by}},
      {"starts_with",
       {{"s", "s"},
        [](const List& a) -> Outcome { return Value(a[0].string().starts_with(a[1].string())); }}},
      {"sum", {{"N"}, [](const List& a) -> Outcome { return Value(sum_of(a[0])); }}},
      {"to_array",
       {{"*"},
        [](const List& a) -> Outcome {
          return a[0].type() == Type::kArray ? a[0] : Value(List{a[0]});
        }}},
      {"to_number", {{"*"}, to_number}},
      {"to_string", {{"*"}, to_text}},
      {"type",
       {{"*"},
        [](const List& a) -> Outcome { return Value(std::string(type_name(a[0].type()))); }}},
      {"values", {{"o"}, values}},
  };
  return kFunctions;
}

}  // namespace

bool is_function(std::string_view name) { return functions().count(name) > 0; }

Result<Value> call_function(const Node& call, const List& arguments) {
  const auto found = functions().find(call.name);
  if (found == functions().end()) return invalid("unknown function: " + call.name);
  const Function& function = found->second;
  const size_t wanted = function.parameters.size();
  if (function.variadic ? arguments.size() < wanted : arguments.size() != wanted) {
    return invalid("incorrect number of args for " + call.name + "()");
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& letters = function.parameters[std::min(i, wanted - 1)];
    const bool fine = std::any_of(letters.begin(), letters.end(),
                                  [&](char letter) { return fits(arguments[i], letter); });
    if (!fine) {
      return invalid("invalid type for " + call.name + "(): " + type_name(arguments[i].type()));
    }
  }
  return function.call(arguments);
}

}  // namespace logsvc::jmespath
