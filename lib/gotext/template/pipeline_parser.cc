#include "gotext/template/pipeline_parser.h"

#include <algorithm>

#include "base/utf8.h"
#include "gotext/go_number.h"
#include "gotext/go_string.h"

namespace logsvc::tmpl {
namespace {

bool starts_operand(ItemKind kind) {
  switch (kind) {
    case ItemKind::kBool:
    case ItemKind::kChar:
    case ItemKind::kDot:
    case ItemKind::kField:
    case ItemKind::kIdentifier:
    case ItemKind::kNumber:
    case ItemKind::kNil:
    case ItemKind::kRawString:
    case ItemKind::kString:
    case ItemKind::kVariable:
    case ItemKind::kLeftParenthesis:
      return true;
    default:
      return false;
  }
}

}  // namespace

NodePtr make_node(Node::Kind kind, size_t position) {
  auto out = std::make_unique<Node>();
  out->kind = kind;
  out->position = position;
  return out;
}

// Reads $x := and $i, $v := in front of a pipeline.
Status PipelineParser::declarations(Node& pipe, const std::string& context) {
  while (peek_item().kind == ItemKind::kVariable) {
    const size_t back = at();
    const std::string name(next().text);
    const Item& after = peek_item();
    if (after.kind == ItemKind::kDeclare || after.kind == ItemKind::kAssign) {
      pipe.assign = after.kind == ItemKind::kAssign;
      next();
      declare(pipe, name);
      return {};
    }
    if (after.kind != ItemKind::kComma) {
      go_back(back);
      return {};
    }
    next();
    declare(pipe, name);
    if (context != "range" || pipe.variables.size() >= 2) {
      return failure("too many declarations in " + context);
    }
    const ItemKind second = peek_item().kind;
    if (second != ItemKind::kVariable && second != ItemKind::kRight &&
        second != ItemKind::kRightParenthesis) {
      return failure("range can only initialize variables");
    }
  }
  return {};
}

void PipelineParser::declare(Node& pipe, const std::string& name) {
  pipe.variables.push_back(name);
  variables_.push_back(name);
}

Result<NodePtr> PipelineParser::pipeline(const std::string& context, ItemKind end) {
  RETURN_IF_ERROR(enter());
  auto pipe = make_node(Node::Kind::kPipe, peek_item().position);
  RETURN_IF_ERROR(declarations(*pipe, context));
  while (true) {
    const Item& item = peek_item();
    if (item.kind == end) {
      next();
      break;
    }
    if (!starts_operand(item.kind)) {
      next();
      return unexpected(item, context);
    }
    ASSIGN_OR_RETURN(NodePtr one, command());
    pipe->children.push_back(std::move(one));
  }
  leave();
  if (pipe->children.empty()) return failure("missing value for " + context);
  for (size_t i = 1; i < pipe->children.size(); ++i) {
    const Node::Kind kind = pipe->children[i]->children[0]->kind;
    if (kind == Node::Kind::kConstant || kind == Node::Kind::kDot || kind == Node::Kind::kNil) {
      return failure("non executable command in pipeline stage " + std::to_string(i + 1));
    }
  }
  return pipe;
}

Result<NodePtr> PipelineParser::command() {
  auto out = make_node(Node::Kind::kCommand, peek_item().position);
  while (true) {
    skip_space();
    ASSIGN_OR_RETURN(NodePtr argument, operand());
    if (argument) out->children.push_back(std::move(argument));
    const Item& item = peek();
    if (item.kind == ItemKind::kSpace) {
      next();
      continue;
    }
    if (item.kind == ItemKind::kRight || item.kind == ItemKind::kRightParenthesis) break;
    next();
    if (item.kind == ItemKind::kPipe) break;
    return unexpected(item, "operand");
  }
  if (out->children.empty()) return failure("empty command");
  return out;
}

Result<NodePtr> PipelineParser::operand() {
  ASSIGN_OR_RETURN(NodePtr node, term());
  if (!node || peek().kind != ItemKind::kField) return node;
  size_t position = peek().position;
  std::vector<std::string> names;
  while (peek().kind == ItemKind::kField) names.emplace_back(next().text.substr(1));
  if (node->kind == Node::Kind::kField || node->kind == Node::Kind::kVariable) {
    node->names.insert(node->names.end(), names.begin(), names.end());
    node->position = position;
    return node;
  }
  if (node->kind == Node::Kind::kConstant || node->kind == Node::Kind::kNil ||
      node->kind == Node::Kind::kDot) {
    return failure("unexpected . after term " + quote(node->to_string()));
  }
  auto chain = make_node(Node::Kind::kChain, position);
  chain->children.push_back(std::move(node));
  chain->names = std::move(names);
  return chain;
}

Result<NodePtr> PipelineParser::term() {
  const Item item = peek_item();
  if (!starts_operand(item.kind)) return NodePtr();
  next();
  auto node = make_node(Node::Kind::kConstant, item.position);
  node->text = item.text;
  switch (item.kind) {
    case ItemKind::kIdentifier:
      if (!has_function_(item.text)) {
        return failure("function " + quote(item.text) + " not defined");
      }
      node->kind = Node::Kind::kIdentifier;
      break;
    case ItemKind::kDot:
      node->kind = Node::Kind::kDot;
      break;
    case ItemKind::kNil:
      node->kind = Node::Kind::kNil;
      break;
    case ItemKind::kVariable:
      node->kind = Node::Kind::kVariable;
      node->names = {std::string(item.text)};
      if (std::find(variables_.begin(), variables_.end(), item.text) == variables_.end()) {
        return failure("undefined variable " + quote(item.text));
      }
      break;
    case ItemKind::kField:
      node->kind = Node::Kind::kField;
      node->names = {std::string(item.text.substr(1))};
      break;
    case ItemKind::kBool:
      node->value = Value(item.text == "true");
      break;
    case ItemKind::kLeftParenthesis:
      return pipeline("parenthesized pipeline", ItemKind::kRightParenthesis);
    case ItemKind::kChar:
    case ItemKind::kNumber: {
      RETURN_IF_ERROR(number(item, *node));
      break;
    }
    default: {
      ASSIGN_OR_RETURN(std::string text, unquoted(item));
      node->value = Value(std::move(text));
    }
  }
  return node;
}

Status PipelineParser::character(const Item& item, Node& node) const {
  std::string text;
  const std::string inside(item.text.substr(1, item.text.size() - 2));
  if (inside == "\\'") {
    text = "'";
  } else if (!unquote_go("\"" + (inside == "\"" ? "\\\"" : inside) + "\"", text)) {
    return failure("malformed character constant: " + std::string(item.text));
  }
  if (text.empty() || utf8_length(text) != text.size()) {
    return failure("malformed character constant: " + std::string(item.text));
  }
  size_t length = 0;
  node.integer = first_rune(text, length);
  node.is_integer = node.is_float = true;
  node.floating = static_cast<double>(node.integer);
  node.value = Value::integer(node.integer);
  return {};
}

Status PipelineParser::number(const Item& item, Node& node) const {
  if (item.kind == ItemKind::kChar) return character(item, node);
  if (const auto integer = parse_go_integer(item.text)) {
    node.is_integer = node.is_float = true;
    node.integer = *integer;
    node.floating = static_cast<double>(*integer);
    node.value = Value::integer(*integer);
    return {};
  }
  const auto floating = parse_go_float(item.text);
  if (!floating) return failure("bad number syntax: " + quote(item.text));
  if (item.text.find_first_of(".eEpP") == std::string_view::npos) {
    return failure("integer overflow: " + quote(item.text));
  }
  node.is_float = true;
  node.floating = *floating;
  if (*floating > -9e18 && *floating < 9e18 &&
      static_cast<double>(static_cast<int64_t>(*floating)) == *floating) {
    node.is_integer = true;
    node.integer = static_cast<int64_t>(*floating);
  }
  node.value = Value(*floating);
  return {};
}

Result<std::string> PipelineParser::unquoted(const Item& item) const {
  if (item.kind == ItemKind::kRawString) {
    std::string raw(item.text.substr(1, item.text.size() - 2));
    std::erase(raw, '\r');
    return raw;
  }
  std::string out;
  if (!unquote_go(item.text, out)) return failure("invalid syntax");
  return out;
}

}  // namespace logsvc::tmpl
