#include "gotext/jmespath/expression.h"

#include <algorithm>

#include "gotext/jmespath/node.h"

namespace logsvc::jmespath {
namespace {

// Keeps the results on each item that are not null.
Result<Value> project(const List& items, const Node& right) {
  List out;
  for (const Value& item : items) {
    ASSIGN_OR_RETURN(Value one, evaluate(right, item));
    if (!one.is_null()) out.push_back(std::move(one));
  }
  return Value(std::move(out));
}

Result<Value> filter(const Node& node, const Value& value) {
  ASSIGN_OR_RETURN(const Value left, evaluate(*node.children[0], value));
  if (left.type() != Type::kArray) return Value();
  List passed;
  for (const Value& item : left.items()) {
    ASSIGN_OR_RETURN(const Value verdict, evaluate(*node.children[2], item));
    if (verdict.is_true()) passed.push_back(item);
  }
  return project(passed, *node.children[1]);
}

Result<Value> project_values(const Node& node, const Value& value) {
  ASSIGN_OR_RETURN(const Value left, evaluate(*node.children[0], value));
  if (left.type() != Type::kObject) return Value();
  List values;
  for (auto& [name, one] : left.members()) values.push_back(std::move(one));
  return project(values, *node.children[1]);
}

Result<Value> call(const Node& node, const Value& value) {
  List arguments;
  for (const NodePtr& child : node.children) {
    ASSIGN_OR_RETURN(Value one, evaluate(*child, value));
    arguments.push_back(std::move(one));
  }
  return call_function(node, arguments);
}

Value flatten(const Value& value) {
  if (value.type() != Type::kArray) return Value();
  List out;
  for (const Value& item : value.items()) {
    if (item.type() != Type::kArray) {
      out.push_back(item);
      continue;
    }
    for (const Value& inner : item.items()) out.push_back(inner);
  }
  return Value(std::move(out));
}

Value item_at(const Value& value, int64_t index) {
  if (value.type() != Type::kArray) return Value();
  const List items = value.items();
  const auto size = static_cast<int64_t>(items.size());
  if (index < 0) index += size;
  return index >= 0 && index < size ? items[static_cast<size_t>(index)] : Value();
}

Value slice(const Value& value, const std::optional<int64_t> (&bounds)[3]) {
  if (value.type() != Type::kArray) return Value();
  const List items = value.items();
  const auto size = static_cast<int64_t>(items.size());
  const int64_t step = bounds[2].value_or(1);
  const auto cap = [&](int64_t at) {
    if (at < 0) return std::max<int64_t>(at + size, step < 0 ? -1 : 0);
    return std::min(at, step < 0 ? size - 1 : size);
  };
  const int64_t from = bounds[0] ? cap(*bounds[0]) : step < 0 ? size - 1 : 0;
  const int64_t to = bounds[1] ? cap(*bounds[1]) : step < 0 ? -1 : size;
  List out;
  if (step > 0) {
    for (int64_t i = from; i < to; i += std::min(step, size)) {
      out.push_back(items[static_cast<size_t>(i)]);
    }
  } else {
    for (int64_t i = from; i > to; i += std::max(step, -size)) {
      out.push_back(items[static_cast<size_t>(i)]);
    }
  }
  return Value(std::move(out));
}

Result<Value> compare(const Node& node, const Value& value) {
  ASSIGN_OR_RETURN(const Value left, evaluate(*node.children[0], value));
  ASSIGN_OR_RETURN(const Value right, evaluate(*node.children[1], value));
  if (node.name == "==") return Value(left == right);
  if (node.name == "!=") return Value(!(left == right));
  if (left.type() != Type::kNumber || right.type() != Type::kNumber) return Value();
  const double a = left.number(), b = right.number();
  return Value(node.name == "<"    ? a < b
               : node.name == "<=" ? a <= b
               : node.name == ">"  ? a > b
                                   : a >= b);
}

Result<Value> multi_select(const Node& node, const Value& value) {
  if (value.is_null()) return Value();
  List list;
  Hash hash;
  for (size_t i = 0; i < node.children.size(); ++i) {
    ASSIGN_OR_RETURN(Value one, evaluate(*node.children[i], value));
    if (node.kind == Node::Kind::kMultiList) {
      list.push_back(std::move(one));
    } else {
      hash.emplace_back(node.names[i], std::move(one));
    }
  }
  return node.kind == Node::Kind::kMultiList ? Value(std::move(list)) : Value(std::move(hash));
}

}  // namespace

Result<Value> evaluate(const Node& node, const Value& value) {
  const auto& children = node.children;
  switch (node.kind) {
    case Node::Kind::kCurrent:
      return value;
    case Node::Kind::kField:
      return value.member(node.name);
    case Node::Kind::kLiteral:
      return node.literal;
    case Node::Kind::kSub:
    case Node::Kind::kPipe: {
      ASSIGN_OR_RETURN(const Value left, evaluate(*children[0], value));
      return evaluate(*children[1], left);
    }
    case Node::Kind::kIndex:
      return item_at(value, node.index);
    case Node::Kind::kSlice:
      return slice(value, node.bounds);
    case Node::Kind::kProjection: {
      ASSIGN_OR_RETURN(const Value left, evaluate(*children[0], value));
      if (left.type() != Type::kArray) return Value();
      return project(left.items(), *children[1]);
    }
    case Node::Kind::kValues:
      return project_values(node, value);
    case Node::Kind::kFilter:
      return filter(node, value);
    case Node::Kind::kFlatten: {
      ASSIGN_OR_RETURN(const Value left, evaluate(*children[0], value));
      return flatten(left);
    }
    case Node::Kind::kOr:
    case Node::Kind::kAnd: {
      ASSIGN_OR_RETURN(const Value left, evaluate(*children[0], value));
      if (left.is_true() == (node.kind == Node::Kind::kOr)) return left;
      return evaluate(*children[1], value);
    }
    case Node::Kind::kNot: {
      ASSIGN_OR_RETURN(const Value operand, evaluate(*children[0], value));
      return Value(!operand.is_true());
    }
    case Node::Kind::kComparison:
      return compare(node, value);
    case Node::Kind::kMultiList:
    case Node::Kind::kMultiHash:
      return multi_select(node, value);
    case Node::Kind::kExpression:
      return Value(static_cast<const Node*>(children[0].get()));
    case Node::Kind::kFunction:
      return call(node, value);
  }
  return Value();
}

Result<Expression> Expression::parse(std::string_view text) {
  ASSIGN_OR_RETURN(NodePtr root, parse_expression(text));
  Expression out;
  out.root_ = std::move(root);
  return out;
}

Result<Value> Expression::search(const Value& root) const { return evaluate(*root_, root); }

}  // namespace logsvc::jmespath
