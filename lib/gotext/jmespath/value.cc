#include "gotext/jmespath/value.h"

#include <algorithm>

#include "base/json_number.h"
#include "base/json_text.h"

namespace logsvc::jmespath {
namespace {

using extract::JsonTree;

Type type_of(JsonTree::Kind kind) {
  switch (kind) {
    case JsonTree::Kind::kNull:
      return Type::kNull;
    case JsonTree::Kind::kFalse:
    case JsonTree::Kind::kTrue:
      return Type::kBoolean;
    case JsonTree::Kind::kNumber:
      return Type::kNumber;
    case JsonTree::Kind::kString:
      return Type::kString;
    case JsonTree::Kind::kObject:
      return Type::kObject;
    case JsonTree::Kind::kArray:
      break;
  }
  return Type::kArray;
}

}  // namespace

const char* type_name(Type type) {
  static const char* const kNames[] = {"null",  "boolean", "number",    "string",
                                       "array", "object",  "expression"};
  return kNames[static_cast<size_t>(type)];
}

Type Value::type() const {
  switch (state_.index()) {
    case 0:
      return Type::kNull;
    case 1:
      return Type::kBoolean;
    case 2:
      return Type::kNumber;
    case 3:
      return Type::kString;
    case 4: {
      const auto& place = std::get<Place>(state_);
      return type_of(place.tree->kind(place.node));
    }
    case 5:
      return Type::kArray;
    case 6:
      return Type::kObject;
    default:
      return Type::kExpression;
  }
}

bool Value::is_true() const {
  switch (type()) {
    case Type::kNull:
      return false;
    case Type::kBoolean:
      return boolean();
    case Type::kString:
      return !string().empty();
    case Type::kArray:
    case Type::kObject:
      return size() > 0;
    default:
      return true;
  }
}

bool Value::boolean() const {
  if (const auto* b = std::get_if<bool>(&state_)) return *b;
  const auto& place = std::get<Place>(state_);
  return place.tree->kind(place.node) == JsonTree::Kind::kTrue;
}

double Value::number() const {
  if (const auto* d = std::get_if<double>(&state_)) return *d;
  const auto& place = std::get<Place>(state_);
  return place.tree->number(place.node);
}

std::string Value::string() const {
  if (const auto* s = std::get_if<std::string>(&state_)) return *s;
  const auto& place = std::get<Place>(state_);
  std::string out;
  place.tree->append_string(place.node, out);
  return out;
}

std::string_view Value::written() const {
  const auto* place = std::get_if<Place>(&state_);
  return place ? place->tree->raw(place->node) : std::string_view();
}

List Value::items() const {
  if (const auto* list = std::get_if<std::shared_ptr<const List>>(&state_)) return **list;
  const auto& [tree, node] = std::get<Place>(state_);
  List out;
  for (auto at = tree->first_child(node); at < tree->after(node); at = tree->after(at)) {
    out.push_back(Value(Place{tree, at}));
  }
  return out;
}

Hash Value::members() const {
  if (const auto* hash = std::get_if<std::shared_ptr<const Hash>>(&state_)) return **hash;
  const auto& [tree, node] = std::get<Place>(state_);
  Hash out;
  for (auto at = tree->first_child(node); at < tree->after(node); at = tree->after(at + 1)) {
    std::string key;
    tree->append_string(at, key);
    const Value value(Place{tree, at + 1});
    const auto known = std::find_if(out.begin(), out.end(),
                                    [&](const auto& member) { return member.first == key; });
    if (known != out.end()) {
      known->second = value;
    } else {
      out.emplace_back(std::move(key), value);
    }
  }
  return out;
}

Value Value::member(std::string_view key) const {
  if (const auto* hash = std::get_if<std::shared_ptr<const Hash>>(&state_)) {
    for (const auto& [name, value] : **hash) {
      if (name == key) return value;
    }
    return Value();
  }
  const auto* place = std::get_if<Place>(&state_);
  if (!place || place->tree->kind(place->node) != JsonTree::Kind::kObject) return Value();
  const auto found = place->tree->member(place->node, key);
  return found ? Value(Place{place->tree, found}) : Value();
}

size_t Value::size() const {
  if (const auto* list = std::get_if<std::shared_ptr<const List>>(&state_)) return (*list)->size();
  if (const auto* hash = std::get_if<std::shared_ptr<const Hash>>(&state_)) return (*hash)->size();
  return type() == Type::kObject ? members().size() : items().size();
}

bool Value::operator==(const Value& other) const {
  const Type kind = type();
  if (kind != other.type()) return false;
  switch (kind) {
    case Type::kNull:
      return true;
    case Type::kBoolean:
      return boolean() == other.boolean();
    case Type::kNumber:
      return number() == other.number();
    case Type::kString:
      return string() == other.string();
    case Type::kArray:
      return items() == other.items();
    case Type::kObject: {
      Hash a = members(), b = other.members();
      const auto by_name = [](const auto& x, const auto& y) { return x.first < y.first; };
      std::sort(a.begin(), a.end(), by_name);
      std::sort(b.begin(), b.end(), by_name);
      return a == b;
    }
    case Type::kExpression:
      break;
  }
  return expression() == other.expression();
}

void Value::append_json(std::string& out) const {
  switch (type()) {
    case Type::kNull:
    case Type::kExpression:
      out += "null";
      break;
    case Type::kBoolean:
      out += boolean() ? "true" : "false";
      break;
    case Type::kNumber:
      append_json_number(number(), out);
      break;
    case Type::kString:
      append_json_string(out, string(), JsonEscapes::kGo);
      break;
    case Type::kArray: {
      out += '[';
      bool first = true;
      for (const Value& item : items()) {
        if (!std::exchange(first, false)) out += ',';
        item.append_json(out);
      }
      out += ']';
      break;
    }
    case Type::kObject: {
      out += '{';
      bool first = true;
      for (const auto& [name, value] : members()) {
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, name, JsonEscapes::kGo);
        out += ':';
        value.append_json(out);
      }
      out += '}';
      break;
    }
  }
}

}  // namespace logsvc::jmespath
