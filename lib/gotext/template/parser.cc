#include "gotext/template/parser.h"

#include <algorithm>

#include "base/utf8.h"
#include "gotext/go_number.h"
#include "gotext/go_string.h"
#include "gotext/template/lexer.h"

namespace logsvc::tmpl {
namespace {

constexpr int kMaxDepth = 100;

NodePtr make_node(Node::Kind kind, size_t position) {
  auto out = std::make_unique<Node>();
  out->kind = kind;
  out->position = position;
  return out;
}

std::string short_text(std::string_view text) {
  std::string out = quote(text.substr(0, 10));
  return text.size() > 10 ? out + "..." : out;
}

// How Go's parser names a token in messages.
std::string shown(const Item& item) {
  if (item.kind == ItemKind::kEnd) return "EOF";
  if (item.kind == ItemKind::kKeyword) return "<" + std::string(item.text) + ">";
  return short_text(item.text);
}

class Parser {
 public:
  Parser(std::string_view name, std::string_view text, Lexed lexed,
         const std::function<bool(std::string_view)>& has_function)
      : lexed_(std::move(lexed)), has_function_(has_function) {
    tree_.name = name;
    tree_.text = text;
  }

  Result<Tree> run() {
    auto main = make_node(Node::Kind::kList, 0);
    while (peek().kind != ItemKind::kEnd) {
      if (peek().kind == ItemKind::kLeft && peek_behind_left().text == "define") {
        next();
        next_item();
        RETURN_IF_ERROR(definition());
        continue;
      }
      Stop stop = Stop::kNone;
      ASSIGN_OR_RETURN(NodePtr node, text_or_action(stop));
      if (stop != Stop::kNone) {
        return failure(stop == Stop::kEnd ? "unexpected {{end}}" : "unexpected {{else}}");
      }
      if (node) main->children.push_back(std::move(node));
    }
    tree_.templates[""] = std::move(main);
    return std::move(tree_);
  }

 private:
  enum class Stop { kNone, kEnd, kElse };
  using NodeResult = Result<NodePtr>;

  // ---- items ----
  const Item& peek() const { return lexed_.items[at_]; }
  const Item& next() {
    const Item& item = lexed_.items[at_];
    if (at_ + 1 < lexed_.items.size()) ++at_;
    return item;
  }
  void skip_space() {
    while (peek().kind == ItemKind::kSpace) next();
  }
  const Item& peek_item() {
    skip_space();
    return peek();
  }
  const Item& next_item() {
    skip_space();
    return next();
  }
  const Item& peek_behind_left() const {
    size_t at = at_ + 1;
    while (at + 1 < lexed_.items.size() && lexed_.items[at].kind == ItemKind::kSpace) ++at;
    return lexed_.items[std::min(at, lexed_.items.size() - 1)];
  }

  Error failure(const std::string& message) const {
    const size_t position = lexed_.items[at_ > 0 ? at_ - 1 : 0].position;
    const auto line =
        1 + std::count(tree_.text.begin(),
                       tree_.text.begin() + static_cast<std::ptrdiff_t>(position), '\n');
    return invalid("template: " + tree_.name + ":" + std::to_string(line) + ": " + message);
  }
  Error unexpected(const Item& item, const std::string& context) const {
    if (item.kind == ItemKind::kError) return failure(lexed_.error);
    return failure("unexpected " + shown(item) + " in " + context);
  }
  Status enter() {
    if (++depth_ > kMaxDepth) return failure("nested too deeply");
    return {};
  }

  // ---- statements ----
  NodeResult text_or_action(Stop& stop) {
    const Item& item = next_item();
    if (item.kind == ItemKind::kText) {
      auto node = make_node(Node::Kind::kText, item.position);
      node->text = item.text;
      return node;
    }
    if (item.kind == ItemKind::kLeft) return action(stop);
    return unexpected(item, "input");
  }

  // Statements up to {{end}} or {{else}}.
  NodeResult item_list(Stop& stop) {
    auto list = make_node(Node::Kind::kList, peek_item().position);
    while (peek_item().kind != ItemKind::kEnd) {
      ASSIGN_OR_RETURN(NodePtr node, text_or_action(stop));
      if (stop != Stop::kNone) return list;
      if (node) list->children.push_back(std::move(node));
    }
    return failure("unexpected EOF");
  }

  NodeResult action(Stop& stop) {
    RETURN_IF_ERROR(enter());
    const Item item = peek_item();
    NodeResult out = NodePtr();
    if (item.kind == ItemKind::kKeyword) {
      next();
      out = keyword(item, stop);
    } else {
      auto node = make_node(Node::Kind::kAction, item.position);
      ASSIGN_OR_RETURN(node->pipe, pipeline("command", ItemKind::kRight));
      out = std::move(node);
    }
    --depth_;
    return out;
  }

  NodeResult keyword(const Item& item, Stop& stop) {
    const std::string_view word = item.text;
    if (word == "if") return control(item, Node::Kind::kIf, "if");
    if (word == "with") return control(item, Node::Kind::kWith, "with");
    if (word == "range") return control(item, Node::Kind::kRange, "range");
    if (word == "end" || word == "else") {
      const Item& after = peek_item();
      const bool chained = word == "else" && (after.text == "if" || after.text == "with") &&
                           after.kind == ItemKind::kKeyword;
      if (!chained) RETURN_IF_ERROR(expect(ItemKind::kRight, std::string(word)));
      stop = word == "end" ? Stop::kEnd : Stop::kElse;
      return NodePtr();
    }
    if (word == "break" || word == "continue") {
      RETURN_IF_ERROR(expect(ItemKind::kRight, "{{" + std::string(word) + "}}"));
      if (range_depth_ == 0) return failure("{{" + std::string(word) + "}} outside {{range}}");
      return make_node(word == "break" ? Node::Kind::kBreak : Node::Kind::kContinue, item.position);
    }
    if (word == "template") return call_of_template(item);
    if (word == "block") return block(item);
    return unexpected(item, "command");
  }

  Status expect(ItemKind kind, const std::string& context) {
    const Item& item = next_item();
    if (item.kind != kind) return unexpected(item, context);
    return {};
  }

  NodeResult control(const Item& item, Node::Kind kind, const std::string& context) {
    auto node = make_node(kind, item.position);
    const size_t variables = variables_.size();
    ASSIGN_OR_RETURN(node->pipe, pipeline(context, ItemKind::kRight));
    if (kind == Node::Kind::kRange) ++range_depth_;
    Stop stop = Stop::kNone;
    ASSIGN_OR_RETURN(node->body, item_list(stop));
    if (kind == Node::Kind::kRange) --range_depth_;
    if (stop == Stop::kElse) {
      const Item after = peek_item();
      if (after.kind == ItemKind::kKeyword && after.text == context && kind != Node::Kind::kRange) {
        // {{else if}} is an if in the else, sharing the {{end}}.
        next();
        RETURN_IF_ERROR(enter());
        node->otherwise = make_node(Node::Kind::kList, after.position);
        ASSIGN_OR_RETURN(NodePtr inner, control(after, kind, context));
        --depth_;
        node->otherwise->children.push_back(std::move(inner));
      } else {
        stop = Stop::kNone;
        ASSIGN_OR_RETURN(node->otherwise, item_list(stop));
        if (stop != Stop::kEnd) return failure("expected end; found {{else}}");
      }
    }
    variables_.resize(variables);
    return node;
  }

  Result<std::string> template_name(const std::string& context) {
    const Item& item = next_item();
    if (item.kind != ItemKind::kString && item.kind != ItemKind::kRawString) {
      return unexpected(item, context);
    }
    return unquoted(item);
  }

  NodeResult call_of_template(const Item& item) {
    auto node = make_node(Node::Kind::kTemplate, item.position);
    ASSIGN_OR_RETURN(node->text, template_name("template clause"));
    if (peek_item().kind == ItemKind::kRight) {
      next();
    } else {
      ASSIGN_OR_RETURN(node->pipe, pipeline("template clause", ItemKind::kRight));
    }
    return node;
  }

  NodeResult block(const Item& item) {
    auto node = make_node(Node::Kind::kTemplate, item.position);
    ASSIGN_OR_RETURN(node->text, template_name("block clause"));
    ASSIGN_OR_RETURN(node->pipe, pipeline("block clause", ItemKind::kRight));
    RETURN_IF_ERROR(body_of_definition(node->text, "block clause"));
    return node;
  }
  Status definition() {
    ASSIGN_OR_RETURN(const std::string name, template_name("define clause"));
    RETURN_IF_ERROR(expect(ItemKind::kRight, "define clause"));
    return body_of_definition(name, "define clause");
  }
  Status body_of_definition(const std::string& name, const std::string& context) {
    std::vector<std::string> outer{"$"};
    outer.swap(variables_);
    const int outer_range = std::exchange(range_depth_, 0);
    Stop stop = Stop::kNone;
    ASSIGN_OR_RETURN(NodePtr body, item_list(stop));
    if (stop != Stop::kEnd) return failure("unexpected {{else}} in " + context);
    variables_.swap(outer);
    range_depth_ = outer_range;
    tree_.templates[name] = std::move(body);
    return {};
  }

  // ---- expressions ----
  static bool starts_operand(ItemKind kind) {
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

  // $x := and $i, $v := in front of a pipeline.
  Status declarations(Node& pipe, const std::string& context) {
    while (peek_item().kind == ItemKind::kVariable) {
      const size_t back = at_;
      const std::string name(next().text);
      const Item& after = peek_item();
      if (after.kind == ItemKind::kDeclare || after.kind == ItemKind::kAssign) {
        pipe.assign = after.kind == ItemKind::kAssign;
        next();
        declare(pipe, name);
        return {};
      }
      if (after.kind != ItemKind::kComma) {
        at_ = back;
        return {};
      }
      next();
      declare(pipe, name);
      if (context != "range" || pipe.variables.size() >= 2) {
        return failure("too many declarations in " + context);
      }
      if (peek_item().kind != ItemKind::kVariable) {
        return failure("range can only initialize variables");
      }
    }
    return {};
  }
  void declare(Node& pipe, const std::string& name) {
    pipe.variables.push_back(name);
    variables_.push_back(name);
  }

  NodeResult pipeline(const std::string& context, ItemKind end) {
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
    --depth_;
    if (pipe->children.empty()) return failure("missing value for " + context);
    for (size_t i = 1; i < pipe->children.size(); ++i) {
      const Node::Kind kind = pipe->children[i]->children[0]->kind;
      if (kind == Node::Kind::kConstant || kind == Node::Kind::kDot || kind == Node::Kind::kNil) {
        return failure("non executable command in pipeline stage " + std::to_string(i + 1));
      }
    }
    return pipe;
  }

  NodeResult command() {
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

  NodeResult operand() {
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

  NodeResult term() {
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

  Status number(const Item& item, Node& node) const {
    if (item.kind == ItemKind::kChar) {
      std::string text;
      const std::string inside(item.text.substr(1, item.text.size() - 2));
      if (inside == "\\'") {
        text = "'";
      } else if (!unquote_go("\"" + (inside == "\"" ? "\\\"" : inside) + "\"", text)) {
        return failure("malformed character constant: " + std::string(item.text));
      }
      const size_t length = utf8_length(text);
      if (text.empty() || length != text.size()) {
        return failure("malformed character constant: " + std::string(item.text));
      }
      node.integer = decode_rune(text);
      node.is_integer = node.is_float = true;
      node.floating = static_cast<double>(node.integer);
      node.value = Value::integer(node.integer);
      return {};
    }
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

  static int64_t decode_rune(std::string_view s) {
    const auto first = static_cast<unsigned char>(s[0]);
    if (first < 0x80) return first;
    int64_t rune = first & (0xFF >> (s.size() + 1));
    for (size_t i = 1; i < s.size(); ++i) rune = rune << 6 | (s[i] & 0x3F);
    return rune;
  }

  Result<std::string> unquoted(const Item& item) const {
    if (item.kind == ItemKind::kRawString) {
      std::string raw(item.text.substr(1, item.text.size() - 2));
      std::erase(raw, '\r');
      return raw;
    }
    std::string out;
    if (!unquote_go(item.text, out)) return failure("invalid syntax");
    return out;
  }

  Lexed lexed_;
  const std::function<bool(std::string_view)>& has_function_;
  Tree tree_;
  size_t at_ = 0;
  int depth_ = 0;
  int range_depth_ = 0;
  std::vector<std::string> variables_{"$"};
};

}  // namespace

Result<Tree> parse_template(std::string_view name, std::string_view text,
                            const std::function<bool(std::string_view)>& has_function) {
  return Parser(name, text, lex_template(text), has_function).run();
}

}  // namespace logsvc::tmpl
